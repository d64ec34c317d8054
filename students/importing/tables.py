"""Reader of a table from USOS in any format: numbered rows, cells in the order of COLUMNS."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _

from students.importing.columns import COLUMNS
from students.importing.csv_tables import read_csv
from students.importing.errors import UnreadableFile
from students.importing.xlsx_tables import read_xlsx
from students.names import tidy

LARGEST_FILE = 100 * 1024 * 1024  # bytes
MOST_ROWS = 500_000
_ZIP, _OLE, _UTF16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it stands in the file; `problem` says in Polish why it cannot be read."""

    number: int
    cells: list[str]
    problem: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells[_POSITIONS[column]]


_POSITIONS = {column: position for position, column in enumerate(COLUMNS)}


def read_table(file: IO[bytes], name: str) -> Iterator[TableRow]:
    """Return the rows below the header. The extension of `name` must match the content.

    Raises UnreadableFile at once for a false extension and for a missing column; while the rows are read, for damage
    further below.
    """
    rows = _rows(file, PurePath(name).suffix.lower())
    _number, header = next(rows, (0, []))
    places = _places([tidy(title).lower() for title in header])
    return _lines(rows, places, len(header))


def _rows(file: IO[bytes], ending: str) -> Iterator[tuple[int, list[str]]]:
    if file.seek(0, 2) > LARGEST_FILE:
        raise UnreadableFile(_("Plik jest za duży: może mieć najwyżej 100 MB."))
    file.seek(0)
    start = file.read(4)
    if not start:
        raise UnreadableFile(_("Plik jest pusty."))
    if start == _OLE:
        raise UnreadableFile(
            _("To plik starego Excela (XLS) albo zaszyfrowany. Zapisz go jako XLSX, bez hasła.")
        )
    if start.startswith(_UTF16):
        raise UnreadableFile(_("Plik jest w UTF-16. Zapisz go jako „CSV UTF-8” albo XLSX."))
    if (start == _ZIP) != (ending == ".xlsx") and ending in {".xlsx", ".csv"}:
        raise UnreadableFile(
            _("Plik ma nazwę z końcówką %(ending)s, ale nim nie jest. Zapisz tabelę jako CSV albo XLSX.")
            % {"ending": ending}
        )
    return read_xlsx(file) if start == _ZIP else read_csv(file)


def _places(header: list[str]) -> list[int]:
    """Return the position of each of COLUMNS in a row; further columns are ignored."""
    if missing := [column for column in COLUMNS if column not in header]:
        if len(missing) == len(COLUMNS):
            raise UnreadableFile(
                _(
                    "To nie jest tabela z USOS: w pierwszym wierszu nie ma nazw kolumn (numer_albumu; login; …)."
                )
            )
        raise UnreadableFile(_("W tabeli brakuje kolumn: %(columns)s.") % {"columns": ", ".join(missing)})
    if twice := [column for column in COLUMNS if header.count(column) > 1]:
        raise UnreadableFile(
            _("W tabeli powtarzają się kolumny: %(columns)s.") % {"columns": ", ".join(twice)}
        )
    return [header.index(column) for column in COLUMNS]


def _lines(rows: Iterator[tuple[int, list[str]]], places: list[int], width: int) -> Iterator[TableRow]:
    empty = [""] * len(COLUMNS)
    for count, (number, row) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise UnreadableFile(
                _("W tabeli jest za dużo wierszy (najwyżej 500 000). Podziel ją na mniejsze.")
            )
        if len(row) < width or any(map(str.strip, row[width:])):
            problem = _("wiersz ma inną liczbę pól (%(found)d) niż nagłówek (%(expected)d)") % {
                "found": len(row),
                "expected": width,
            }
            yield TableRow(number, empty, problem)
        else:
            yield TableRow(number, [tidy(row[place]) for place in places])
