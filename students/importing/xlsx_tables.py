"""XLSX reader: the first sheet, streamed.

openpyxl is used directly: the format of django-import-export keeps file and table in memory as a whole.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from students.importing.archives import Limits, open_archive
from students.importing.errors import UnreadableFile

LIMITS = Limits(entries=1_000, total=300 * 1024 * 1024, ratio=200)
# Everything but the sheets is in memory as a whole, first of all the texts of the cells.
_LARGEST_PART = 60 * 1024 * 1024
_WIDEST = 100  # columns; a cell at the far end of a sheet is not of this table
_EXACT = 10**15  # from here on Excel has replaced the last digits of a number by zeros


def read_xlsx(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet as text, with their numbers, without empty rows.

    Raises UnreadableFile for a file that is no workbook, or that unpacks to too much.
    """
    _check(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _rows(book.worksheets[0])
        finally:
            book.close()
    except Exception as error:
        raise UnreadableFile(
            _("Tego pliku nie da się odczytać jako XLSX. Otwórz go w arkuszu i zapisz jeszcze raz.")
        ) from error


def _check(file: IO[bytes]) -> None:
    for part in open_archive(file, LIMITS).infolist():
        if part.file_size > _LARGEST_PART and not part.filename.startswith("xl/worksheets/"):
            raise UnreadableFile(_("Ten plik XLSX jest za duży. Zapisz tabelę jako CSV albo podziel ją."))
    file.seek(0)


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # some programs state wrong ones
    width = 0
    for number, row in enumerate(sheet.iter_rows(max_col=_WIDEST, values_only=True), start=1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            width = width or len(cells)
            yield number, cells + [""] * (width - len(cells))


def _text(value: Any) -> str:
    """Return a cell as one would type it: whole numbers without a fraction, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"≈{value}"  # which nothing accepts
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
