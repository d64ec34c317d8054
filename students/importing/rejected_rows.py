"""Rejected rows as they came, kept as a table that is corrected and loaded again.

The file has one line of JSON for each: its number and its cells, in the order of the uploaded header. The reasons are
in the notes of the job.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from django.core.files.base import File

from students.importing.columns import REASON
from students.importing.files import open_stored, store_file
from students.importing.grouping import read_batches
from students.importing.results import RowOutcome
from students.importing.tables import TableRow, places_in
from students.models import Job
from students.names import tidy

FILE, HEADER = "rejected_rows", "header"  # in the parameters of a job


def store_rejected(gathered: IO[bytes], numbers: Collection[int], header: Sequence[str]) -> str | None:
    """Store the rows with these numbers, in the order of the file; return the name, None where there are none."""
    if not numbers:
        return None
    places = places_in(list(header))
    found: list[tuple[int, list[str]]] = []
    for groups in read_batches(gathered, 1_000):
        found += [
            (line.number, _as_it_came(line, places, len(header)))
            for group in groups
            for line in group
            if line.number in numbers
        ]
    with TemporaryFile() as file:
        file.writelines(json.dumps(row).encode() + b"\n" for row in sorted(found))
        return store_file(File(file))


def _as_it_came(line: TableRow, places: Sequence[int | None], width: int) -> list[str]:
    if line.raw is not None:
        return line.raw
    row = [""] * width
    for place, text in zip(
        places, line.cells, strict=False
    ):  # gathered before there were contacts: without them
        if place is not None:
            row[place] = text
    return row


def rejected_table(job: Job) -> Iterator[list[str]]:
    """Yield the header of the uploaded table and its rejected rows, each behind the reason.

    The reason is the first column, since a row may be refused for having more cells than the header; one of an
    earlier download gives way to it. Raises JobFailed where the file is gone.
    """
    header: list[str] = job.parameters[HEADER]
    kept = [place for place, title in enumerate(header) if tidy(title).lower() != REASON]
    notes = job.notes.filter(outcome=RowOutcome.REJECTED, row__isnull=False)
    reasons = dict(notes.values_list("row", "detail"))
    yield [REASON, *(header[place] for place in kept)]
    with open_stored(job.parameters[FILE]) as file:
        for text in file:
            number, row = json.loads(text)
            yield [reasons.get(number, ""), *(row[place] for place in kept), *row[len(header) :]]
