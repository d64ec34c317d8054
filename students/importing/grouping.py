"""Grouping of a table's rows by student, in little memory, before anything is imported.

The result is a file with one line of JSON for each student: a batch never splits a student, and a stopped job resumes
at an offset.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from students.importing.columns import OWN
from students.importing.errors import UnreadableFile
from students.importing.rows import padded_pesel
from students.importing.tables import TableRow

Group = list[TableRow]
_MOST_OF_ONE = 50  # rows of one student


class _Owners:
    """Maps each login, PESEL and card number to its album number; None where two album numbers claim it."""

    def __init__(self) -> None:
        self._albums: dict[str, dict[str, str | None]] = {column: {} for column in OWN}

    def add(self, line: TableRow) -> None:
        album = line["numer_albumu"]
        for column, albums in self._albums.items():
            if (value := _own(line, column)) and albums.setdefault(value, album) != album:
                albums[value] = None

    def shared(self, line: TableRow) -> list[str]:
        return [
            column for column, albums in self._albums.items() if albums.get(_own(line, column), "") is None
        ]


def _own(line: TableRow, column: str) -> str:
    return padded_pesel(line[column]) if column == "pesel" else line[column]


def group_rows(lines: Iterable[TableRow], gathered: IO[bytes]) -> int:
    """Write the rows to `gathered`, one line for each student, in the order of their first rows.

    Rows of different album numbers that share a unique value get that as their problem, since nobody can tell which
    one is right. Returns the number of rows. Raises UnreadableFile where there are none, and every error of reading.
    """
    places: dict[str, list[int]] = {}
    owners = _Owners()
    count = 0
    with TemporaryFile() as unsorted:
        for line in lines:
            key = line["numer_albumu"]
            if line.problem or not key or len(places.get(key, ())) >= _MOST_OF_ONE:
                key = f"#{line.number}"  # by itself: no album number has such a sign
            else:
                owners.add(line)
            places.setdefault(key, []).append(unsorted.tell())
            unsorted.write(_dump([line]))
            count += 1
        if not count:
            raise UnreadableFile(_("W tabeli nie ma ani jednego wiersza pod nagłówkiem."))
        for key, offsets in places.items():
            gathered.write(_dump([_judged(_line_at(unsorted, offset), key, owners) for offset in offsets]))
    return count


def _judged(line: TableRow, key: str, owners: _Owners) -> TableRow:
    if not line.problem and key.startswith("#") and line["numer_albumu"]:
        return replace(line, problem=_("ten numer albumu ma w pliku zbyt wiele wierszy"))
    if shared := owners.shared(line):
        return replace(
            line,
            problem=_("to samo (%(columns)s) ma w pliku także inny numer albumu")
            % {"columns": ", ".join(shared)},
        )
    return line


def read_batch(gathered: IO[bytes], start: int, size: int) -> tuple[list[Group], int | None]:
    """Read students from the byte `start` on, until they have `size` rows; return them and the next offset.

    The offset is None at the end of the file.
    """
    gathered.seek(start)
    groups: list[Group] = []
    while size > 0 and (text := gathered.readline()):
        groups.append(_load(text))
        size -= len(groups[-1])
    end = gathered.tell()
    return groups, end if gathered.read(1) else None


def read_batches(gathered: IO[bytes], size: int) -> Iterator[list[Group]]:
    """Yield all students, batch by batch."""
    start: int | None = 0
    while start is not None:
        groups, start = read_batch(gathered, start, size)
        yield groups


def album_numbers(gathered: IO[bytes]) -> set[str]:
    """Return the album numbers of all rows."""
    return {
        line["numer_albumu"] for groups in read_batches(gathered, 1_000) for group in groups for line in group
    }


def _dump(group: Group) -> bytes:
    return json.dumps([(line.number, line.cells, line.problem) for line in group]).encode() + b"\n"


def _load(text: bytes) -> Group:
    return [TableRow(number, cells, problem) for number, cells, problem in json.loads(text)]


def _line_at(file: IO[bytes], offset: int) -> TableRow:
    file.seek(offset)
    return _load(file.readline())[0]
