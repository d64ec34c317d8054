"""Workbooks as offices have them: hidden sheets and rows, formulas, errors, and much that is formatted but empty."""

import io
import re
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from students.spreadsheets import xlsx_cleaning
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.reading import read_rows
from students.spreadsheets.xlsx_cleaning import NO_RESULT, clean_workbook

SHEET = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    return file


def with_sheets(*sheets: tuple[str, str, list[list[Any]]], active: int = 0) -> io.BytesIO:
    """Make a workbook of sheets with a title, a state and rows."""
    book = Workbook()
    book.remove(book.active)
    for title, state, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    book.active = active
    return saved(book)


def rewritten(file: io.BytesIO, change: Callable[[bytes], bytes], part: str = SHEET) -> io.BytesIO:
    """Change a part of a workbook as no library writes it."""
    copy = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, change(content) if entry.filename == part else content)
    return copy


def read(file: io.BytesIO) -> tuple[list[tuple[int, list[str]]], str]:
    rows = read_rows(file, "u.xlsx", headings=())
    return list(rows), " ".join(rows.read_as)


def test_a_hidden_sheet_is_never_read_even_where_it_comes_first_or_is_in_front() -> None:
    for active in (0, 1):
        file = with_sheets(("stare", "hidden", [["a"], ["x"]]), ("nowe", "visible", [["b"]]), active=active)
        assert read(file) == ([(1, ["b"])], "Wczytano arkusz „nowe”.")
    file = with_sheets(("stare", "veryHidden", [["a"]]), ("nowe", "visible", [["b"]]))
    assert read(file)[0] == [(1, ["b"])]


def test_where_no_visible_sheet_has_data_nothing_is_read() -> None:
    file = with_sheets(("stare", "hidden", [["a"]]), ("nowe", "visible", []))
    assert read(file)[0] == []


def test_of_several_visible_sheets_the_one_in_front_is_read_and_the_others_are_named() -> None:
    file = with_sheets(
        ("jeden", "visible", [["a"]]), ("dwa", "visible", [["b"]]), ("trzy", "visible", []), active=1
    )
    rows, read_as = read(file)
    assert rows == [(1, ["b"])]
    assert "tylko arkusz „dwa”" in read_as and "nie wczytano: „jeden”." in read_as


def test_an_empty_sheet_in_front_is_passed_over() -> None:
    file = with_sheets(("pusty", "visible", []), ("dane", "visible", [["b"]]))
    assert read(file) == ([(1, ["b"])], "Wczytano arkusz „dane”.")


def test_hidden_rows_are_read_and_said() -> None:
    book = Workbook()
    for row in (["a"], ["b"], ["c"], ["d"]):
        book.active.append(row)
    for number in (2, 4, 90):
        book.active.row_dimensions[number].hidden = True
    rows, read_as = read(saved(book))
    assert [cells for _number, cells in rows] == [["a"], ["b"], ["c"], ["d"]]
    assert "ukryte lub odfiltrowane wiersze: 2." in read_as


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=A1", NO_RESULT),
        ('=HYPERLINK("x","y")', NO_RESULT),
        ("#N/A", "#N/A"),
        ("#REF!", "#REF!"),
        (True, "PRAWDA"),
        (False, "FAŁSZ"),
        (12.0, "12"),
        (date(2025, 10, 1), "2025-10-01"),
        (datetime(2025, 10, 1), "2025-10-01"),  # noqa: DTZ001 -- as openpyxl reads it
        (datetime(2025, 10, 1, 12, 30), "2025-10-01T12:30:00"),  # noqa: DTZ001
        (21000123456789012, "2.10001234567890E+16"),
        ("  tekst ", "  tekst "),
    ],
)
def test_a_cell_is_read_as_one_would_type_it(cell: Any, text: str) -> None:
    assert read(with_sheets(("a", "visible", [["x", "y"], [cell, "z"]])))[0][1] == (2, [text, "z"])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A2"><f>B2</f></c>', NO_RESULT),
        ('<c r="A2" s="0"><f>B2</f><v/></c>', NO_RESULT),
        ('<c r="A2"><f>B2</f><v></v></c>', NO_RESULT),
        ('<c r="A2"><f t="shared" si="0"/></c>', NO_RESULT),
        ('<c r="A2" t="str"><f>IF(B2="","",B2)</f><v></v></c>', ""),
        ('<c r="A2" t="str"><f>B2</f><v>wynik</v></c>', "wynik"),
        ('<c r="A2"><f>B2</f><v>7</v></c>', "7"),
        ('<c r="A2" t="e"><f>B2</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A2" t="inlineStr"><is><t>tekst</t></is></c>', "tekst"),
        ('<c r="A2"></c>', ""),
    ],
)
def test_a_formula_counts_by_its_stored_result_only(cell: str, text: str) -> None:
    file = with_sheets(("a", "visible", [["x", "y"], ["CELL", "z"]]))
    changed = rewritten(file, lambda xml: re.sub(rb'<c r="A2".*?</c>', cell.encode(), xml))
    assert read(changed)[0][1] == (2, [text, "z"])


def test_rows_keep_their_numbers_where_empty_formatted_ones_lie_between() -> None:
    book = Workbook()
    book.active.append(["a", None])
    for row in range(2, 400):
        for column in range(1, 4):
            book.active.cell(row, column).fill = PatternFill("solid", "FFFF00")
    book.active.cell(300, 1, "b")
    assert read(saved(book))[0] == [(1, ["a"]), (300, ["b"])]


def million_rows(empty: bytes) -> io.BytesIO:
    """Make a sheet of a few full rows among a million formatted, empty ones."""
    full = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>w</t></is></c></row>' % (row, row)
        for row in range(1, 11)
    )
    last = b'<row r="1000011"><c r="A1000011" t="inlineStr"><is><t>w</t></is></c></row>'
    rows = empty * 1_000_000
    data = b"<sheetData>" + full + rows + last + b"</sheetData>"
    file = with_sheets(("a", "visible", [["x"]]))
    return rewritten(file, lambda xml: re.sub(rb"<sheetData>.*</sheetData>", lambda _found: data, xml))


@pytest.mark.parametrize(
    "empty",
    [
        b'<row r="11" s="1" customFormat="1"/>',
        b'<row r="11" s="1"><c r="A11" s="1"/><c r="B11" s="1"/><c r="C11" s="1"></c></row>',
    ],
)
def test_a_million_formatted_empty_rows_cost_little(empty: bytes) -> None:
    file = million_rows(empty)
    start = time.process_time()
    rows = read(file)[0]
    assert (len(rows), rows[-1][0]) == (11, 1_000_011)
    assert time.process_time() - start < 8, "parsing them takes minutes"


def test_a_workbook_whose_elements_have_a_prefix_is_read() -> None:
    file = with_sheets(("a", "visible", [["x"], ["y"]]))

    def prefixed(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", xml)
        return xml.replace(b"xmlns=", b"xmlns:x=")

    assert [cells for _number, cells in read(rewritten(file, prefixed))[0]] == [["x"], ["y"]]


def test_a_workbook_without_sheets_that_can_be_seen_is_refused() -> None:
    file = rewritten(
        with_sheets(("a", "visible", [["x"]])),
        lambda xml: xml.replace(b'state="visible"', b'state="hidden"'),
        "xl/workbook.xml",
    )
    with pytest.raises(UnreadableFile, match="widocznego arkusza"):
        read(file)


def test_a_sheet_is_cleaned_alike_wherever_it_is_cut_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: list[list[Any]] = [
        ["=1+1", "x" * 100],
        ["a", "b"],
        ["", ""],
        *([f"={number}+1", number] for number in range(20)),
    ]
    file = with_sheets(("dane", "visible", rows))

    def cleaned() -> bytes:
        with zipfile.ZipFile(file) as archive:
            copy = clean_workbook(archive, io.BytesIO()).file
        with zipfile.ZipFile(copy) as archive:
            return archive.read(SHEET)

    at_once = cleaned()
    assert at_once.count(NO_RESULT.encode()) == 21 and b"<f" not in at_once
    for size in range(4, 80):
        monkeypatch.setattr(xlsx_cleaning, "_CHUNK", size)
        assert cleaned() == at_once, size
