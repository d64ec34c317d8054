"""Cleaning of a workbook before openpyxl reads it: what is formatted but empty costs nothing then.

A sheet may have a million rows that hold nothing but colours and borders. The rows without a value are taken out while
the sheet streams by, which is many times faster than parsing them. What openpyxl does not tell is found out on the way:
rows that are hidden, and formulas that were saved without a result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

SHEETS = "xl/worksheets/"
NO_RESULT = "#FORMULA!"  # stands for the result that a formula lacks; refused as an error value
_CHUNK = 1 << 20  # bytes
_ROW, _SHEET_END = b"<row", b"</sheetData"
_VALUES = (b"<v", b"<is", b"<f")
_NUMBERED = b' r="'  # only rows that say their number may go
_EMPTY_ROW = re.compile(
    rb'<row\s(?=[^>]*\br=")[^>]*+(?:(?<=/)>|(?<!/)>\s*+(?:<c(?:\s[^>]*+)?(?:(?<=/)>|></c>)\s*+)*+</row>)'
)
_HIDDEN_ROW = re.compile(rb'<row\s[^>]*\bhidden="(?:1|true)"')
_FORMULA = re.compile(rb"<c((?:\s[^>]*)?)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>")
_TYPE = re.compile(rb'\st="[^"]*"')
_TEXT = b't="str"'


@dataclass
class Cleaned:
    """A cleaned copy of a workbook; `hidden` is the number of hidden rows with values, by the part of their sheet."""

    file: IO[bytes]
    hidden: dict[str, int] = field(default_factory=dict)


def clean_workbook(archive: ZipFile, into: IO[bytes]) -> Cleaned:
    """Write a copy of a workbook, uncompressed, whose sheets hold only rows with values."""
    cleaned = Cleaned(into)
    with ZipFile(into, "w", ZIP_STORED) as copy:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            with archive.open(entry) as source, copy.open(entry.filename, "w", force_zip64=True) as target:
                if not entry.filename.startswith(SHEETS):
                    for chunk in iter(lambda source=source: source.read(_CHUNK), b""):  # type: ignore[misc]
                        target.write(chunk)
                    continue
                cleaned.hidden[entry.filename] = 0
                for values in map(_cleaned, _whole_rows(source)):
                    cleaned.hidden[entry.filename] += len(_HIDDEN_ROW.findall(values))
                    target.write(values)
    into.seek(0)
    return cleaned


def _whole_rows(source: Any) -> Iterator[bytes]:
    """Yield the sheet in pieces that end before a row, so that none is cut within one."""
    rest = b""
    while chunk := source.read(_CHUNK):
        rest += chunk
        cut = rest.rfind(_ROW)
        if cut < 0:  # no rows here, or rows of a namespace with a prefix, which are left as they are
            cut = max(0, len(rest) - len(_ROW))
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _cleaned(rows: bytes) -> bytes:
    if not any(value in rows for value in _VALUES) and rows.startswith(_ROW) and _SHEET_END not in rows:
        return b"" if _NUMBERED in rows[: rows.find(b">")] else rows
    with_results = _FORMULA.sub(_result, rows) if b"<f" in rows else rows
    return _EMPTY_ROW.sub(b"", with_results)


def _result(cell: "re.Match[bytes]") -> bytes:
    """Return a cell without its formula; an empty text is a result, no value is none."""
    attributes, value = cell[1], cell[2]
    if value and _TEXT in attributes:
        return b""
    return b'<c%s t="str"><v>%s</v></c>' % (_TYPE.sub(b"", attributes), NO_RESULT.encode())
