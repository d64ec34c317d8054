"""XLSX reader: the visible sheet that is in front, streamed.

openpyxl is used directly: the format of django-import-export keeps file and table in memory as a whole.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from students.identifiers import number_text
from students.spreadsheets.archives import Limits, open_archive
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.rows import Rows
from students.spreadsheets.xlsx_cleaning import SHEETS, Cleaned, clean_workbook

# Sheets stream by; a million formatted rows are large, and very small when packed.
LIMITS = Limits(entries=1_000, total=2 * 1024**3, ratio=1_100)
# Everything but the sheets is in memory as a whole, first of all the texts of the cells.
_LARGEST_PART = 60 * 1024 * 1024
_RATIO = 200  # of those parts together to the file
_SMALL = 10 * 1024 * 1024  # bytes; below this no ratio does any harm
_WIDEST = 100  # columns; a cell at the far end of a sheet is not of this table
_VISIBLE = "visible"


def read_xlsx(file: IO[bytes]) -> Rows:
    """Return the rows of the sheet in front, or of the only visible one with data. A hidden sheet is never read.

    Raises UnreadableFile, while the rows are read, for a file that is no workbook, or that unpacks to too much.
    """
    read_as: list[str] = []
    return Rows(_read(file, read_as), read_as)


def _read(file: IO[bytes], read_as: list[str]) -> Iterator[tuple[int, list[str]]]:
    with open_archive(file, LIMITS) as archive, TemporaryFile() as copy:
        _check(archive, size=file.seek(0, 2))
        try:
            cleaned = clean_workbook(archive, copy)
            book = load_workbook(cleaned.file, read_only=True, data_only=True, keep_links=False)
            try:
                yield from _rows(_sheet(book, cleaned, read_as))
            finally:
                book.close()
        except UnreadableFile:
            raise
        except Exception as error:
            raise UnreadableFile(
                _("Tego pliku nie da się odczytać jako XLSX. Otwórz go w arkuszu i zapisz jeszcze raz.")
            ) from error


def _check(archive: ZipFile, *, size: int) -> None:
    others = [part.file_size for part in archive.infolist() if not part.filename.startswith(SHEETS)]
    if any(part > _LARGEST_PART for part in others) or sum(others) > max(_SMALL, _RATIO * size):
        raise UnreadableFile(
            _("Ten plik XLSX jest po rozpakowaniu za duży. Zapisz tabelę jako CSV albo podziel ją.")
        )


def _sheet(book: Any, cleaned: Cleaned, read_as: list[str]) -> Any:
    """Return the sheet to read, and say which one it is where there are several, and what is hidden in it."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == _VISIBLE]
    if not visible:
        raise UnreadableFile(_("W pliku nie ma widocznego arkusza z tabelą."))
    filled = [sheet for sheet in visible if next(_rows(sheet), None)]
    chosen = next((sheet for sheet in filled if sheet is book.active), (filled or visible)[0])
    others = [sheet.title for sheet in filled if sheet is not chosen]
    if others:
        read_as.append(
            _("Wczytano tylko arkusz „%(sheet)s”. Dane są też w innych, których nie wczytano: %(others)s.")
            % {"sheet": chosen.title, "others": ", ".join(f"„{title}”" for title in others)}
        )
    else:
        read_as.append(_("Wczytano arkusz „%(sheet)s”.") % {"sheet": chosen.title})
    # openpyxl names the part of a sheet in no other way.
    if hidden := cleaned.hidden.get(chosen._worksheet_path, 0):
        read_as.append(_("Wczytano też ukryte lub odfiltrowane wiersze: %(count)d.") % {"count": hidden})
    return chosen


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # some programs state wrong ones
    width = 0
    for number, row in enumerate(sheet.iter_rows(max_col=_WIDEST, values_only=True), start=1):
        if row.count(None) == len(row):  # at once: there may be a million of them
            continue
        cells = [_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            width = width or len(cells)
            yield number, cells + [""] * (width - len(cells))


def _text(value: Any) -> str:
    """Return a cell as one would type it: whole numbers without a fraction, dates as YYYY-MM-DD.

    A truth value was a word, to a Polish spreadsheet: the surname Prawda.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "PRAWDA" if value else "FAŁSZ"
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return number_text(value)
    return str(value)
