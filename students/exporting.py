"""Export of tables as CSV or XLSX: row by row, without cells that a spreadsheet would run.

Not django-import-export: it gathers a whole export in memory, and of the characters that begin a formula it knows
one.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

CSV, XLSX = "csv", "xlsx"
MOST_ROWS_XLSX = 100_000  # about ten seconds of work; a longer table leaves as CSV, as it is read

_MEASURED_ROWS = 200
_WIDEST = 60  # characters
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), the wide forms of Asia included.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Characters that no text has, and some that XML cannot hold: controls but for tab and line ends (C0, C1), halves of
# surrogate pairs, noncharacters.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Row = Sequence[Any]


def harmless(cell: Any) -> Any:
    """Return a cell's value in a form that a spreadsheet shows and never runs.

    Texts lose control characters first; what then would begin a formula gets an apostrophe in front, also behind
    spaces and characters that nobody sees. Times are in the university's time zone.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.make_naive(cell).replace(microsecond=0) if timezone.is_aware(cell) else cell
    if isinstance(cell, (bool, int, float, date)):
        return cell
    text = _NO_TEXT.sub("", str(cell))
    return f"'{text}" if _begins_a_formula(text) else text


def as_before(text: str) -> str:
    """Return the text of which `harmless` made this one, for a file that comes back."""
    return text[1:] if text.startswith("'") and _begins_a_formula(text[1:]) else text


def _begins_a_formula(text: str) -> bool:
    if text.startswith(_BEGINS_A_FORMULA):
        return True
    for place, sign in enumerate(text):
        if not (sign.isspace() or unicodedata.category(sign) == "Cf"):
            return place > 0 and sign in _BEGINS_A_FORMULA
    return False


def fitting_format(format: str, number: int) -> str:
    """Return the format, or CSV where a table of so many rows is too long for XLSX."""
    return CSV if number > MOST_ROWS_XLSX else format


def table_response(format: str, name: str, header: Row, rows: Iterable[Row]) -> HttpResponseBase:
    """Return the response with a table as a file called `name` with the format's extension.

    CSV streams while the rows are read; XLSX is written to a temporary file first. Raises ValueError for any other
    format.
    """
    safe = ([harmless(cell) for cell in row] for row in chain([header], rows))
    if format == CSV:
        answer: HttpResponseBase = StreamingHttpResponse(_csv(safe), content_type="text/csv; charset=utf-8")
    elif format == XLSX:
        answer = _xlsx(safe)
    else:
        raise ValueError(f"no such format: {format}")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


class _Echo:
    """File that returns what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    """Yield CSV in the dialect that a Polish spreadsheet opens by itself: semicolons, and UTF-8 with a BOM."""
    yield "\ufeff"
    writer = csv.writer(_Echo(), delimiter=";")
    for row in rows:
        yield writer.writerow(row)


def _xlsx(rows: Iterable[Row]) -> FileResponse:
    """Return a workbook whose header stays in sight and filters, with columns as wide as their first cells."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    following = iter(rows)
    first = list(islice(following, _MEASURED_ROWS))
    # Before the first row: a workbook that is written row by row cannot take these back.
    sheet.freeze_panes = "A2"
    for number, column in enumerate(zip(*first, strict=True), start=1):
        width = max(len(str(cell)) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(width, _WIDEST) + 2
    written = 0
    for row in chain(first, following):
        sheet.append(row)
        written += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(first[0]))}{written}"
    file = TemporaryFile()  # noqa: SIM115 -- the answer closes it, and then it is gone
    book.save(file)
    file.seek(0)
    return FileResponse(file, content_type=_XLSX_TYPE)
