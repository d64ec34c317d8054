"""Preview of a batch, or its import in a transaction of its own."""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction

from students.importing.comparison import compare_batch
from students.importing.forecasts import Ending, forecast
from students.importing.grouping import Group
from students.importing.results import RowResult
from students.models import User

BATCH = 1_000  # rows
_LOCK = 0x05051  # of the imports' own: two that go on side by side take turns, batch by batch


def preview_batch(groups: Sequence[Group]) -> list[RowResult]:
    """Return the results that importing the batch would have."""
    return rehearse_batch(groups)[0]


def rehearse_batch(groups: Sequence[Group]) -> tuple[list[RowResult], list[Ending]]:
    """Return the results that importing the batch would have, and the documents that it would end.

    It is imported in a transaction that is rolled back, and the rules are asked in between.
    """
    with transaction.atomic():
        _take_turns()
        changes, results = compare_batch(groups, by=None, lock=True)
        students = changes.students()
        if students:
            changes.store()
        endings = forecast(students)
        transaction.set_rollback(True)
    return results, endings


def import_batch(groups: Sequence[Group], *, by: User | None) -> list[RowResult]:
    """Compare the batch with the database, store the differences, and return the results.

    On a conflict with a concurrent change, such as the same number, the batch is compared once more.
    """
    try:
        return _import(groups, by=by)
    except IntegrityError:
        return _import(groups, by=by)


def _import(groups: Sequence[Group], *, by: User | None) -> list[RowResult]:
    with transaction.atomic():
        _take_turns()
        changes, results = compare_batch(groups, by=by, lock=True)
        changes.write(by=by)
    return results


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
