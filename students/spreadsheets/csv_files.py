"""CSV reader, streamed: any of the encodings and separators that spreadsheets write."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from students.identifiers import is_scientific
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.rows import Rows
from students.spreadsheets.text_encodings import ENCODINGS, check_encoding, find_encoding

_SEPARATORS = ";,\t|"
_NAMES = {
    ";": gettext_lazy("średnik"),
    ",": gettext_lazy("przecinek"),
    "\t": gettext_lazy("tabulator"),
}
# A spreadsheet's own first line, which says by what the cells are separated; some programs fill it up with cells.
_SEP_LINE = re.compile(r'"?sep=(.)"?[;,\t|]*\r?\n?', re.IGNORECASE)


def read_csv(file: IO[bytes], headings: Iterable[str], encoding: str | None = None) -> Rows:
    """Return the rows with their spreadsheet numbers (the header is row 1), without empty rows.

    Raises UnreadableFile at once for a file that is no text or whose encoding is in doubt; while the rows are read, for
    unbalanced quotation marks, which would lose rows silently, and for a file that breaks off.
    """
    encoding = check_encoding(file, encoding) if encoding else find_encoding(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        first = text.readline()
        declared = _SEP_LINE.fullmatch(first)
        lines = iter(text.readline, "") if declared else chain([first], iter(text.readline, ""))
        filled = next((line for line in lines if line.strip(f'{_SEPARATORS} "\r\n\ufeff')), "")
        separator = _separator(filled, list(headings), declared[1] if declared else None)
    finally:
        if not file.closed:
            text.detach()  # the caller closes it
    read_as = [
        _("Kodowanie: %(encoding)s, separator: %(separator)s.")
        % {
            "encoding": ENCODINGS.get(encoding, encoding.upper()),
            "separator": _NAMES.get(separator, separator),
        }
    ]
    return Rows(_rows(file, encoding, separator, skipped=bool(declared)), read_as)


def _rows(
    file: IO[bytes], encoding: str, separator: str, *, skipped: bool
) -> Iterator[tuple[int, list[str]]]:
    whole = _ends_its_last_line(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        if skipped:
            text.readline()
        reader = csv.reader(text, delimiter=separator, strict=True)
        longest, number, last, header_read = 0, 0, list[str](), False
        for following, row in enumerate(reader, start=1):
            if any(map(str.strip, row)):
                if last:
                    yield number, last
                    longest = max(longest, len(last)) if header_read else 0
                    header_read = True
                number, last = following, row
        if not whole and len(last) < longest:
            raise UnreadableFile(
                _("Plik urywa się w ostatnim wierszu (%(row)d). Wyeksportuj go jeszcze raz.")
                % {"row": number}
            )
        if last:
            yield number, last
    except csv.Error:
        raise UnreadableFile(
            _("Od linii %(line)d pliku nie zgadzają się cudzysłowy. Popraw ją i wczytaj plik jeszcze raz.")
            % {"line": reader.line_num}
        ) from None
    finally:
        if not file.closed:
            text.detach()


def _ends_its_last_line(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - 2))
    last = file.read()
    return b"\n" in last or b"\r" in last


def _separator(first: str, headings: list[str], declared: str | None) -> str:
    """Return the separator that makes the most headings of the first line, else the declared one or one that is in it.

    The comma of 1,23E+16 separates nothing; what the first line does without does not either.
    """

    def headings_found(separator: str) -> int:
        return sum(name.strip(' "\r\n\ufeff').lower() in headings for name in first.split(separator))

    best = max(f"{declared or ''}{_SEPARATORS}", key=headings_found)
    if declared or headings_found(best) or is_scientific(first.strip(' "\r\n')):
        return best
    return next((mark for mark in ";\t," if mark in first), ";")
