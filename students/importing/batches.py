"""Rehearsal of a batch, or its import in a transaction of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, connection, transaction

from students.importing.changes import NewAlbumNumber, PendingChanges
from students.importing.comparison import compare_batch
from students.importing.existing import CatalogueChanges
from students.importing.forecasts import Ending, forecast
from students.importing.grouping import Group
from students.importing.results import RowResult
from students.models import User

BATCH = 1_000  # rows
_LOCK = 0x05051  # of the imports' own: two that go on side by side take turns, batch by batch


@dataclass(frozen=True)
class BatchReport:
    """Report of a batch, imported or rehearsed: the result of each row, and the documents that it ends.

    `catalogue` is what it and the batches before it change of the catalogue.
    """

    results: list[RowResult]
    endings: list[Ending]
    catalogue: CatalogueChanges
    album_numbers: list[NewAlbumNumber]


def rehearse_batch(groups: Sequence[Group], before: CatalogueChanges | None = None) -> BatchReport:
    """Return the report that importing the batch would give, after batches that would change the catalogue so.

    It is imported in a transaction that is rolled back, and the rules are asked in between.
    """
    with transaction.atomic():
        _take_turns()
        changes, report = _compare(groups, by=None, before=before)
        changes.store()
        report.endings.extend(forecast(changes.students()))
        transaction.set_rollback(True)
    return report


def import_batch(
    groups: Sequence[Group],
    *,
    by: User | None,
    refused: Mapping[int, str] | None = None,
    record: Callable[[PendingChanges], None] | None = None,
) -> BatchReport:
    """Compare the batch with the database, store the differences, and return the report.

    `refused` are rows that its preview has refused, with the reasons: they are refused again, whatever is true by
    now. `record` keeps what is changed, in the same transaction. On a conflict with a concurrent change, such as the
    same number, the batch is compared once more.
    """
    if refused:
        groups = [
            [replace(line, problem=refused.get(line.number, line.problem)) for line in group]
            for group in groups
        ]
    try:
        return _import(groups, by, record)
    except IntegrityError:
        return _import(groups, by, record)


def _import(
    groups: Sequence[Group], by: User | None, record: Callable[[PendingChanges], None] | None
) -> BatchReport:
    with transaction.atomic():
        _take_turns()
        changes, report = _compare(groups, by=by)
        changes.write(by=by)
        if record:
            record(changes)
        report.endings.extend(forecast(changes.students()))
    return report


def _compare(
    groups: Sequence[Group], *, by: User | None, before: CatalogueChanges | None = None
) -> tuple[PendingChanges, BatchReport]:
    changes, results, catalogue = compare_batch(groups, by=by, lock=True, before=before)
    return changes, BatchReport(results, [], catalogue, changes.album_numbers())


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
