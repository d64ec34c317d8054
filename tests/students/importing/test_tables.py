"""What a file may look like, and what is said of one that is not what it says."""

import io
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from students.importing import tables
from students.importing.columns import COLUMNS
from students.importing.grouping import group_rows, read_batches
from students.importing.rows import parse_row
from students.importing.tables import TableRow, read_table
from students.spreadsheets import xlsx_files
from students.spreadsheets.archives import Limits
from students.spreadsheets.errors import UnreadableFile
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, write_csv, write_xlsx

HEADER = ";".join(COLUMNS)
LUCJA = ANNA | {"imiona": "Łucja", "nazwisko": "Żółć-Święta"}


def read(path: Path) -> list[TableRow]:
    with path.open("rb") as file:
        return list(read_table(file, path.name))


def refusal(path: Path) -> str:
    with path.open("rb") as file, pytest.raises(UnreadableFile) as error:
        group_rows(read_table(file, path.name), io.BytesIO())
    return str(error.value)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1250", "iso8859-2", "cp852", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_a_csv_is_read_in_each_encoding_and_with_each_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    lines = read(write_csv(tmp_path / "u.csv", [LUCJA, ANNA], encoding=encoding, separator=separator))
    assert [line.number for line in lines] == [2, 3]
    assert (lines[0]["imiona"], lines[0]["nazwisko"], lines[0]["pesel"]) == (
        "Łucja",
        "Żółć-Święta",
        "02270803624",
    )


def test_letters_of_windows_1250_that_look_like_one_of_utf_8_are_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    cells = ANNA | {"imiona": "@", "nazwisko": "#"}
    content = f"{HEADER}\n{';'.join(cells[column] for column in COLUMNS)}\n".encode()
    path.write_bytes(content.replace(b"@", b"\xb3").replace(b"#", b"\xc4\x99"))
    (line,) = read(path)
    assert (line["imiona"], line["nazwisko"]) == ("ł", "Ä™")


def test_columns_may_stand_in_any_order_among_others_and_cells_have_stray_spaces(tmp_path: Path) -> None:
    columns = [*reversed(COLUMNS), "uwagi"]
    path = tmp_path / "u.csv"
    cells = {**ANNA, "nazwisko": "  Nowak \u00a0 Kowalska ", "uwagi": "x"}
    path.write_text("\n".join([";".join(columns).upper(), "", ";".join(cells[c] for c in columns)]))
    (line,) = read(path)
    assert (line.number, line["nazwisko"], line["login"]) == (3, "Nowak Kowalska", "anna")


def test_numbers_and_dates_of_a_spreadsheet_are_read_as_one_typed_them(tmp_path: Path) -> None:
    row: dict[str, Any] = {
        **ANNA,
        **ANNAS_CARD,
        "numer_albumu": 123456.0,
        "pesel": 2270803624,
        "data_urodzenia": datetime(2002, 7, 8),  # noqa: DTZ001 -- as openpyxl reads it
        "od": date(2025, 10, 1),
        "els_numer": 8000123456,
    }
    (line,) = read(write_xlsx(tmp_path / "u.xlsx", [row]))
    parsed = parse_row(line)
    assert (parsed.person.album_number, parsed.person.pesel) == ("123456", "02270803624")
    assert (parsed.person.birth_date, parsed.studies.started_on) == (date(2002, 7, 8), date(2025, 10, 1))
    assert parsed.card and parsed.card.barcode_number == "8000123456"


def test_a_long_number_that_excel_has_rounded_is_not_taken_for_true(tmp_path: Path) -> None:
    row: dict[str, Any] = {**ANNA, **ANNAS_CARD, "els_numer": 1234567890123456789}
    (line,) = read(write_xlsx(tmp_path / "u.xlsx", [row]))
    with pytest.raises(Exception, match="els_numer: To liczba w zapisie wykładniczym"):
        parse_row(line)


def test_a_row_with_too_many_cells_is_refused_alone_and_missing_ones_are_empty(tmp_path: Path) -> None:
    good = ";".join(ANNA[column] for column in COLUMNS)
    path = tmp_path / "u.csv"
    path.write_text(f"{HEADER}\n{good}\n{good.rstrip(';')}\n{good};x\n{good};\n")
    lines = read(path)
    assert [bool(line.problem) for line in lines] == [False, False, True, False]
    assert lines[0].cells == lines[1].cells == lines[3].cells


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("u.csv", b"", "pusty"),
        ("u.csv", f"{HEADER}\n".encode(), "ani jednego wiersza"),
        ("u.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "obraz PNG"),
        ("u.csv", b"\x01\x02\x00\x00", "nie jest plik tekstowy"),
        ("u.csv", f"{HEADER}\n".encode("utf-16") + b"\x00", "nie jest tekstem w UTF-16"),
        ("u.csv", f"{HEADER}\nŁucja Święta Żółć".encode() + b"\xc5", "uszkodzony"),
        ("u.csv", f'{HEADER}\n"bez końca;\n'.encode(), "cudzysłowy"),
        ("u.csv", b"imie;plec\nAnna;K\n", "nie jest tabela z USOS"),
        ("u.csv", HEADER.replace("pesel;", "").encode(), "brakuje kolumn: pesel"),
        ("u.csv", f"{HEADER};login\n".encode(), "powtarzają się kolumny: login"),
        ("u.xlsx", f"{HEADER}\n".encode(), "końcówką .xlsx"),
        ("u.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "starego Excela"),
        ("u.xlsx", b"PK\x03\x04 and no more", "nie da się otworzyć"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refusal(path)


def test_an_archive_that_is_no_workbook_or_is_broken_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "u.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "nie da się odczytać jako XLSX" in refusal(path)
    write_xlsx(path, [dict(ANNA)])
    content = path.read_bytes()
    name = content.index(b"xl/worksheets/sheet1.xml")
    broken = bytearray(content)
    broken[name + 40 : name + 80] = struct.pack("40x")
    path.write_bytes(broken)
    assert "XLSX" in refusal(path)


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "u.xlsx", [dict(ANNA)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(12 * 1024 * 1024))
    assert "za duży" in refusal(path)


def test_a_workbook_whose_texts_do_not_fit_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    path = write_xlsx(tmp_path / "u.xlsx", [dict(ANNA)])
    monkeypatch.setattr(xlsx_files, "_LARGEST_PART", 10)
    assert "za duży" in refusal(path)
    monkeypatch.setattr(xlsx_files, "LIMITS", Limits(entries=1, total=10**9, ratio=100))
    assert "za dużo plików" in refusal(path)


def test_too_many_rows_and_too_large_files_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    path = write_csv(tmp_path / "u.csv", [ANNA, ANNA])
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    assert "za dużo wierszy" in refusal(path)
    monkeypatch.setattr(tables, "LARGEST_FILE", 10)
    assert "za duży" in refusal(path)


@pytest.mark.parametrize(("more", "is_read"), [(0, True), (1, False)])
def test_a_table_has_a_hundred_megabytes_at_most(tmp_path: Path, more: int, is_read: bool) -> None:
    path = tmp_path / "u.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + more)
    assert ("najwyżej 100 MB" not in refusal(path)) == is_read, "what is not too large is no text"


def test_the_rows_of_a_student_come_together_and_batches_do_not_part_them(tmp_path: Path) -> None:
    other = ANNA | {"numer_albumu": "2", "login": "jan", "pesel": ""}
    path = write_csv(tmp_path / "u.csv", [ANNA, other, ANNA])
    gathered = io.BytesIO()
    with path.open("rb") as file:
        assert group_rows(read_table(file, path.name), gathered) == 3
    batches = [[[line.number for line in group] for group in batch] for batch in read_batches(gathered, 1)]
    assert batches == [[[2, 4]], [[3]]]
