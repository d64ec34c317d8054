"""Reader of a table from USOS in any format: numbered rows, cells in the order of ALL_COLUMNS."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from students.exporting import as_before
from students.importing.columns import ALL_COLUMNS, COLUMNS
from students.names import tidy
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.reading import read_rows

LARGEST_FILE = 100 * 1024 * 1024  # bytes
MOST_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it stands in the file; `problem` says in Polish why it cannot be read.

    `doubtful` are the columns with a long number that a spreadsheet may have rounded. `raw` is the whole row as it
    came, where `cells` do not say it all.
    """

    number: int
    cells: list[str]
    problem: str = ""
    doubtful: tuple[str, ...] = ()
    raw: list[str] | None = None

    def __getitem__(self, column: str) -> str:
        position = _POSITIONS[column]
        # A table that was gathered before there were contacts ends with the columns that have to be there.
        return self.cells[position] if position < len(self.cells) else ""


_POSITIONS = {column: position for position, column in enumerate(ALL_COLUMNS)}


@dataclass
class Table:
    """The rows below the header; `read_as` says what was read and how (`students.spreadsheets.rows`)."""

    lines: Iterator[TableRow]
    read_as: list[str]
    header: list[str]

    def __iter__(self) -> Iterator[TableRow]:
        return self.lines


def read_table(file: IO[bytes], name: str, *, encoding: str | None = None) -> Table:
    """Return the rows below the header. The extension of `name` must match the content.

    `encoding` is the one of a CSV, where somebody knows. Raises UnreadableFile at once for a false extension, for an
    encoding in doubt and for a missing column; while the rows are read, for damage further below.
    """
    if file.seek(0, 2) > LARGEST_FILE:
        raise UnreadableFile(_("Plik jest za duży: może mieć najwyżej 100 MB."))
    rows = read_rows(file, name, headings=COLUMNS, encoding=encoding)
    _number, header = next(iter(rows), (0, []))
    header = [title.strip("\ufeff") for title in header]  # behind sep=; some programs write it there
    try:
        places = places_in(header)
    except UnreadableFile as error:  # it may have been the wrong sheet
        raise UnreadableFile(" ".join([str(error), *map(str, rows.read_as)])) from None
    return Table(_lines(iter(rows), places, len(header)), rows.read_as, header)


def places_in(titles: list[str]) -> list[int | None]:
    """Return the position of each of ALL_COLUMNS in a row; further columns are ignored.

    None for a column that may be missing, and is. Raises UnreadableFile where another one is missing, or one is there
    twice.
    """
    header = [tidy(title).lower() for title in titles]
    if missing := [column for column in COLUMNS if column not in header]:
        if len(missing) == len(COLUMNS):
            raise UnreadableFile(
                _(
                    "To nie jest tabela z USOS: w pierwszym wierszu nie ma nazw kolumn (numer_albumu; login; …)."
                )
            )
        raise UnreadableFile(_("W tabeli brakuje kolumn: %(columns)s.") % {"columns": ", ".join(missing)})
    if twice := [column for column in ALL_COLUMNS if header.count(column) > 1]:
        raise UnreadableFile(
            _("W tabeli powtarzają się kolumny: %(columns)s.") % {"columns": ", ".join(twice)}
        )
    return [header.index(column) if column in header else None for column in ALL_COLUMNS]


def _lines(rows: Iterator[tuple[int, list[str]]], places: list[int | None], width: int) -> Iterator[TableRow]:
    empty, further = [""] * len(places), width > len(places) - places.count(None)
    for count, (number, row) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise UnreadableFile(
                _("W tabeli jest za dużo wierszy (najwyżej 500 000). Podziel ją na mniejsze.")
            )
        if any(map(str.strip, row[width:])):
            problem = _("wiersz ma inną liczbę pól (%(found)d) niż nagłówek (%(expected)d)") % {
                "found": len(row),
                "expected": width,
            }
            yield TableRow(number, empty, problem, raw=row)
        else:
            row += [""] * (width - len(row))  # spreadsheets leave out empty cells at the end
            came = ["" if place is None else row[place] for place in places]
            cells = [tidy(as_before(text)) for text in came]
            yield TableRow(number, cells, raw=row if further or cells != came else None)
