"""CSV reader: UTF-8 or Windows-1250, semicolons or commas, streamed."""

import codecs
import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO

from django.utils.translation import gettext as _

from students.importing.columns import COLUMNS
from students.importing.errors import UnreadableFile

_CHUNK = 1 << 16  # bytes
_SEPARATORS = ";,"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_csv(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their spreadsheet numbers (the header is row 1), without empty rows.

    Raises UnreadableFile for a file that is no text, and for unbalanced quotation marks, which would lose rows
    silently.
    """
    encoding = _encoding(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        separator = _separator(text.readline())
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        for number, row in enumerate(reader, start=1):
            if any(map(str.strip, row)):
                yield number, row
    except csv.Error:
        raise UnreadableFile(
            _("Od linii %(line)d pliku nie zgadzają się cudzysłowy. Popraw ją i wczytaj plik jeszcze raz.")
            % {"line": reader.line_num}
        ) from None
    finally:
        if not file.closed:
            text.detach()  # the caller closes it


def _encoding(file: IO[bytes]) -> str:
    """Return the encoding, found by decoding the whole file."""
    try:
        _check_text(file, "utf-8-sig")
    except UnicodeDecodeError as error:
        # Text of another encoding hardly ever makes letters of UTF-8; in UTF-8 that was damaged they are the rule.
        broken = letters = 0
        for text in _decoded(file, "utf-8-sig", "replace"):
            damaged = text.count("\ufffd")
            broken += damaged
            letters += len(text) - len(text.encode("ascii", "ignore")) - damaged
        if letters > broken:
            raise UnreadableFile(
                _("Plik jest w UTF-8, ale uszkodzony. Wyeksportuj go jeszcze raz i wczytaj ponownie.")
            ) from error
    else:
        return "utf-8-sig"
    try:
        _check_text(file, "cp1250")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("Plik nie jest tekstem w UTF-8 ani Windows-1250. Zapisz go jako „CSV UTF-8” albo XLSX.")
        ) from error
    return "cp1250"


def _check_text(file: IO[bytes], encoding: str) -> None:
    for text in _decoded(file, encoding, "strict"):
        if _NO_TEXT.search(text):
            raise UnreadableFile(_("To nie jest plik tekstowy. Zapisz tabelę jako „CSV UTF-8” albo XLSX."))


def _decoded(file: IO[bytes], encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _separator(header: str) -> str:
    """Return the separator that makes the most columns of the header line."""

    def columns_found(separator: str) -> int:
        return sum(name.strip(' "\r\n').lower() in COLUMNS for name in header.split(separator))

    return max(_SEPARATORS, key=columns_found)
