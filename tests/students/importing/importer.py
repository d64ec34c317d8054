"""Brings rows in without a file around them."""

from collections.abc import Iterable
from tempfile import TemporaryFile

from students.importing.batches import import_batch, rehearse_batch
from students.importing.columns import COLUMNS
from students.importing.grouping import Group, group_rows, read_batches
from students.importing.results import RowResult
from students.importing.tables import TableRow
from students.models import User
from tests.students.importing.usos_file import Row


def groups_of(rows: Iterable[Row]) -> list[Group]:
    """Gather rows that stand from row 2 on."""
    lines = (
        TableRow(number, [row[column] for column in COLUMNS]) for number, row in enumerate(rows, start=2)
    )
    with TemporaryFile() as gathered:
        group_rows(lines, gathered)
        return [group for batch in read_batches(gathered, 1_000) for group in batch]


def bring_in(*rows: Row, by: User | None = None) -> list[RowResult]:
    """Import the rows in one batch."""
    return import_batch(groups_of(rows), by=by).results


def look_at(*rows: Row) -> list[RowResult]:
    """Preview the rows."""
    return rehearse_batch(groups_of(rows)).results


def outcomes(results: Iterable[RowResult]) -> list[str]:
    """Return only what became of each row."""
    return [result.outcome.value for result in results]
