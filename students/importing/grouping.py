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

from students.identifiers import EXACT_DIGITS, identifier_key, may_be_rounded, normalised
from students.importing.columns import CONTACT_COLUMNS, IDENTIFIERS, OWN
from students.importing.rows import padded_pesel
from students.importing.tables import TableRow
from students.models.people import login_key
from students.names import name_key
from students.spreadsheets.errors import UnreadableFile

Group = list[TableRow]
_MOST_OF_ONE = 50  # rows of one student


class _Owners:
    """Maps each login, PESEL and card number to its album number; None where two album numbers claim it.

    All are compared as `_own` writes them.
    """

    def __init__(self) -> None:
        self._albums: dict[str, dict[str, str | None]] = {column: {} for column in OWN}

    def add(self, line: TableRow) -> None:
        album = _canonical(line, "numer_albumu")
        for column, albums in self._albums.items():
            if (value := _canonical(line, column)) and albums.setdefault(value, album) != album:
                albums[value] = None

    def shared(self, line: TableRow) -> list[str]:
        return [
            column
            for column, albums in self._albums.items()
            if albums.get(_canonical(line, column), "") is None
        ]


class _LongNumbers:
    """Tells whether a spreadsheet has rounded the long numbers of a column: then all of them end in zeros."""

    def __init__(self) -> None:
        self._whole: set[str] = set()

    def add(self, line: TableRow) -> None:
        for column in IDENTIFIERS:
            number = normalised(line[column])
            if len(number.lstrip("0")) > EXACT_DIGITS and number.isdecimal() and not may_be_rounded(number):
                self._whole.add(column)

    def doubtful(self, line: TableRow) -> tuple[str, ...]:
        return tuple(
            column
            for column in IDENTIFIERS
            if column not in self._whole and may_be_rounded(normalised(line[column]))
        )


class _Contacts:
    """Tells whether the rows of one faculty agree on the contacts of its dean's office."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], set[str]] = {}

    def add(self, line: TableRow) -> None:
        for column in CONTACT_COLUMNS:
            if text := line[column]:
                self._found.setdefault((name_key(line["wydzial"]), column), set()).add(text)

    def contradicted(self, line: TableRow) -> list[str]:
        faculty = name_key(line["wydzial"])
        return [
            column
            for column in CONTACT_COLUMNS
            if line[column] and len(self._found.get((faculty, column), ())) > 1
        ]


def _canonical(line: TableRow, column: str) -> str:
    """Return a login or a number in the form that all its spellings have in common."""
    if column == "pesel":
        return padded_pesel(line[column])
    if column == "login":
        return login_key(line[column])
    return identifier_key(normalised(line[column])) or line[column]


def group_rows(lines: Iterable[TableRow], gathered: IO[bytes]) -> int:
    """Write the rows to `gathered`, one line for each student, in the order of their first rows.

    Rows of different album numbers that share a unique value get that as their problem, since nobody can tell which
    one is right. Returns the number of rows. Raises UnreadableFile where there are none, and every error of reading.
    """
    places: dict[str, list[int]] = {}
    owners, long_numbers, contacts = _Owners(), _LongNumbers(), _Contacts()
    count = 0
    with TemporaryFile() as unsorted:
        for line in lines:
            key = _canonical(line, "numer_albumu")
            long_numbers.add(line)
            contacts.add(line)
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
            lines_of_one = [_judged(_line_at(unsorted, offset), key, owners, contacts) for offset in offsets]
            gathered.write(
                _dump([replace(line, doubtful=long_numbers.doubtful(line)) for line in lines_of_one])
            )
    return count


def _judged(line: TableRow, key: str, owners: _Owners, contacts: _Contacts) -> TableRow:
    if not line.problem and key.startswith("#") and line["numer_albumu"]:
        return replace(line, problem=_("ten numer albumu ma w pliku zbyt wiele wierszy"))
    if shared := owners.shared(line):
        return replace(
            line,
            problem=_("to samo (%(columns)s) ma w pliku także inny numer albumu")
            % {"columns": ", ".join(shared)},
        )
    if not line.problem and (contradicted := contacts.contradicted(line)):
        return replace(
            line,
            problem=_("ten wydział ma w pliku różne kontakty (%(columns)s)")
            % {"columns": ", ".join(contradicted)},
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


def _dump(group: Group) -> bytes:
    lines = [(line.number, line.cells, line.problem, line.doubtful, line.raw) for line in group]
    return json.dumps(lines).encode() + b"\n"


def _load(text: bytes) -> Group:
    # A file of version 0.1.0 that is still being imported has no more than the first three.
    return [
        TableRow(number, cells, problem, *((tuple(more[0]), *more[1:]) if more else ()))
        for number, cells, problem, *more in json.loads(text)
    ]


def _line_at(file: IO[bytes], offset: int) -> TableRow:
    file.seek(offset)
    return _load(file.readline())[0]
