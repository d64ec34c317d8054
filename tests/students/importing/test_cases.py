"""Inputs that offices really had, and what becomes of each; neighbours of their kinds stand beside."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from openpyxl import Workbook

from students.importing.batches import import_batch
from students.importing.columns import COLUMNS
from students.importing.grouping import group_rows, read_batches
from students.importing.results import RowResult
from students.importing.tables import read_table
from students.models import Faculty, Student, StudentCard
from tests.students.importing.usos_file import Row, write_csv

pytestmark = pytest.mark.django_db

NOW = date(2026, 11, 28)
JAN: Row = {
    **dict.fromkeys(COLUMNS, ""),
    "numer_albumu": "700001",
    "login": "t700001",
    "imiona": "Jan",
    "nazwisko": "Testowy",
    "pesel": "03251412325",
    "data_urodzenia": "2003-05-14",
    "email": "t700001@example.edu.pl",
    "wydzial": "WF",
    "kierunek": "Filozofia",
    "poziom": "I",
    "status": "aktywny",
    "od": "2025-10-01",
    "do": "2028-09-30",
}
CARD: Row = {"els_numer": "0070000101", "els_wydana": "2025-10-01", "els_wazna_do": "2027-03-31"}
FOREIGN = JAN | {"pesel": ""}


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    """Have it be the day on which the files came."""
    time_machine.move_to(NOW)


def apply(path: Path) -> list[RowResult]:
    with path.open("rb") as file, TemporaryFile() as gathered:
        group_rows(read_table(file, path.name), gathered)
        return [
            result
            for batch in read_batches(gathered, 1_000)
            for result in import_batch(batch, by=None).results
        ]


def outcomes(path: Path) -> list[str]:
    return [result.outcome.value for result in apply(path)]


def workbook(path: Path, *sheets: tuple[str, list[Row]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for state, rows in sheets:
        sheet = book.create_sheet()
        sheet.sheet_state = state
        sheet.append(COLUMNS)
        for row in rows:
            sheet.append([row[column] for column in COLUMNS])
    book.active = next(place for place, (state, _rows) in enumerate(sheets) if state == "visible")
    book.save(path)
    return path


def test_01_of_a_hidden_sheet_nobody_becomes_a_student(tmp_path: Path) -> None:
    hidden, seen = FOREIGN | {"nazwisko": "Ukryta"}, FOREIGN | {"nazwisko": "Widoczna"}
    assert outcomes(workbook(tmp_path / "u.xlsx", ("hidden", [hidden]), ("visible", [seen]))) == ["new"]
    assert Student.objects.get().last_name == "Widoczna"


def test_05_a_card_without_its_zeros_is_the_card_in_use(tmp_path: Path) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | CARD]))
    assert outcomes(write_csv(tmp_path / "2.csv", [JAN | CARD | {"els_numer": "70000101"}])) == ["unchanged"]
    assert StudentCard.objects.in_use().get().barcode_number == "0070000101"


def test_06_an_album_number_keeps_its_zeros(tmp_path: Path) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | {"numer_albumu": "0720004"}]))
    assert outcomes(write_csv(tmp_path / "2.csv", [JAN | {"numer_albumu": "720004"}])) == ["unchanged"]
    assert Student.objects.get().album_number == "0720004"


@pytest.mark.parametrize("number", ["21000123456789012", "1234567890123457"])
def test_07_a_number_that_a_spreadsheet_has_rounded_takes_no_place(tmp_path: Path, number: str) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | CARD | {"els_numer": number}]))
    rounded = number[:15] + "0" * (len(number) - 15)
    assert outcomes(write_csv(tmp_path / "2.csv", [JAN | CARD | {"els_numer": rounded}])) == ["rejected"]
    assert StudentCard.objects.in_use().get().barcode_number == number


@pytest.mark.parametrize("column", ["numer_albumu", "els_numer", "els_uid_stykowy"])
@pytest.mark.parametrize("number", ["0", "000", "brak", "BRAK"])
def test_09_what_stands_for_nothing_is_no_number(tmp_path: Path, column: str, number: str) -> None:
    (result,) = apply(write_csv(tmp_path / "u.csv", [FOREIGN | CARD | {column: number}]))
    assert (result.outcome, f"{column}: " in result.detail) == ("rejected", True), result.detail


@pytest.mark.parametrize("name", ["Woźniak", "Wąs", "Śliwa", "ŻÓŁĆ-ŚWIĄTEK"])
@pytest.mark.parametrize("encoding", ["iso8859-2", "cp1250", "cp852", "utf-16"])
def test_10_a_name_is_the_same_in_each_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    row = JAN | {"nazwisko": name}
    apply(write_csv(tmp_path / "1.csv", [row]))
    assert outcomes(write_csv(tmp_path / "2.csv", [row], encoding=encoding)) == ["unchanged"]
    assert Student.objects.get().last_name == name


@pytest.mark.parametrize("column", ["imiona", "nazwisko", "wydzial", "kierunek"])
@pytest.mark.parametrize("text", ["WoĽniak", "ZielĂłna", "Wo?niak"])
def test_10_letters_that_another_program_has_misread_are_refused(
    tmp_path: Path, column: str, text: str
) -> None:
    (result,) = apply(workbook(tmp_path / "u.xlsx", ("visible", [FOREIGN | {column: text}])))
    assert (result.outcome, f"{column}: " in result.detail) == ("rejected", True), result.detail


def test_12_cells_that_a_spreadsheet_leaves_out_at_the_end_are_empty(tmp_path: Path) -> None:
    rows = [FOREIGN | {"numer_albumu": f"70001{n}", "login": f"t70001{n}"} for n in range(3)]
    path = write_csv(tmp_path / "u.csv", rows)
    path.write_text("".join(f"{line.rstrip(';')}\r\n" for line in path.read_text().splitlines()))
    assert outcomes(path) == ["new"] * 3


def test_13_the_line_of_the_separator_is_skipped(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "u.csv", [FOREIGN])
    path.write_text("sep=;\r\n" + path.read_text())
    assert outcomes(path) == ["new"]


def test_13_a_mark_of_utf_8_behind_that_line_is_no_part_of_a_heading(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "u.csv", [FOREIGN], encoding="utf-8-sig")
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    assert outcomes(path) == ["new"]


def test_15_capital_letters_are_no_change(tmp_path: Path) -> None:
    row = JAN | {"imiona": "Ewa", "nazwisko": "Kowalska-Nowak"}
    apply(write_csv(tmp_path / "1.csv", [row]))
    capitals = row | {"imiona": "EWA", "nazwisko": "KOWALSKA-NOWAK"}
    assert outcomes(write_csv(tmp_path / "2.csv", [capitals])) == ["respelled"]
    assert Student.objects.get().last_name == "KOWALSKA-NOWAK"


@pytest.mark.parametrize(
    "value",
    [
        "#N/D!",
        "#N/D",
        "#ADR!",
        "#REF!",
        "#N/A",
        "#NAZWA?",
        "#DZIEL/0!",
        "#ARG!",
        "#LICZBA!",
        "#####",
        "Err:502",
        "Błąd:502",
        "brak",
        "b/d",
        "nie dotyczy",
        "NULL",
        "null",
        "(null)",
        "\\N",
        "NaN",
        "N/A",
    ],
)
@pytest.mark.parametrize("column", ["wydzial", "kierunek", "login", "imiona", "email", "els_uid_stykowy"])
def test_17_error_values_are_no_values(tmp_path: Path, column: str, value: str) -> None:
    (result,) = apply(write_csv(tmp_path / "u.csv", [FOREIGN | CARD | {column: value}]))
    assert (result.outcome, f"{column}: " in result.detail) == ("rejected", True), result.detail
    assert (Student.objects.count(), Faculty.objects.count()) == (0, 0)


@pytest.mark.parametrize("column", ["wydzial", "kierunek"])
@pytest.mark.parametrize("text", ["?", ".", "0", "00", "(…)"])
def test_17_a_sign_or_a_zero_names_no_faculty(tmp_path: Path, column: str, text: str) -> None:
    assert outcomes(write_csv(tmp_path / "u.csv", [FOREIGN | {column: text}])) == ["rejected"]
    assert outcomes(write_csv(tmp_path / "2.csv", [FOREIGN | {column: "06000000"}])) == ["new"]


@pytest.mark.parametrize("column", ["pesel", "imiona", "els_numer", "do"])
def test_18_a_formula_without_a_result_is_refused(tmp_path: Path, column: str) -> None:
    row = JAN | CARD | {column: '=IF(1=1,"03251412325","")'}
    (result,) = apply(workbook(tmp_path / "u.xlsx", ("visible", [row])))
    assert (result.outcome, f"{column}: " in result.detail) == ("rejected", True), result.detail


@pytest.mark.parametrize(
    ("first_names", "surname"),
    [
        ("Suharto", "-"),
        ("-", "Suharto"),
        ("Jan", "Nowak–Kowalska"),
        ("Jan", "Kowalska (Nowak)"),
        ("Jan", "Ka‘ala"),
        ("Jan", "O’Brien"),
        ("Jan", "Prawda"),
        ("Null", "Nan"),
        ("Brak", "None"),
        ("Barbara", "Wolfeschlegelsteinhausenbergerdorff von und zu Oberlützelstein und Niederlützelstein"),
    ],
)
def test_26_people_have_the_names_that_they_have(tmp_path: Path, first_names: str, surname: str) -> None:
    row = FOREIGN | {"imiona": first_names, "nazwisko": surname}
    assert outcomes(write_csv(tmp_path / "u.csv", [row])) == ["new"]
    assert Student.objects.get().full_name == f"{first_names} {surname}"


def test_26_nobody_has_no_name(tmp_path: Path) -> None:
    assert outcomes(write_csv(tmp_path / "u.csv", [FOREIGN | {"imiona": "-", "nazwisko": "–"}])) == [
        "rejected"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"od": "0205-10-01"},
        {"od": "1025-10-01"},
        {"od": "1899-12-30"},
        {"od": "2205-10-01"},
        {"do": "2928-09-30"},
        {"do": "0028-09-30"},
        CARD | {"els_wydana": "1025-10-01", "els_wazna_do": "1027-03-31"},
        CARD | {"els_wydana": "0025-10-01"},
        CARD | {"els_wazna_do": "2207-03-31"},
        {"data_urodzenia": "0203-05-14"},
        {"data_urodzenia": "2203-05-14"},
        {"data_urodzenia": "1803-05-14"},
        {"data_urodzenia": "2023-05-14"},
        {"od": "1952-10-01", "do": ""},
        {"od": "2045-10-01", "do": ""},
        CARD | {"els_wydana": "2005-10-01"},
    ],
)
def test_28_years_that_cannot_be_are_refused(tmp_path: Path, changes: Row) -> None:
    assert outcomes(write_csv(tmp_path / "u.csv", [FOREIGN | changes])) == ["rejected"]
    assert not Student.objects.exists()


def test_33_a_login_in_another_case_is_somebodys(tmp_path: Path) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | {"login": "anna"}]))
    other = FOREIGN | {"numer_albumu": "730005", "login": "Anna"}
    assert outcomes(write_csv(tmp_path / "2.csv", [other])) == ["rejected"]
    assert Student.objects.count() == 1


@pytest.mark.parametrize("login", ["İza", "ＩＺＡ", "ıza".upper()])
def test_33_a_login_in_letters_that_mean_the_same_is_somebodys(tmp_path: Path, login: str) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | {"login": "iza"}]))
    other = FOREIGN | {"numer_albumu": "730005", "login": login}
    assert outcomes(write_csv(tmp_path / "2.csv", [other])) == ["rejected"]


def test_33_a_login_is_stored_as_people_sign_in_with_it(tmp_path: Path) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN | {"login": "Ａnna"}]))
    assert Student.objects.get().user.username == "Anna"


def test_40_a_planned_end_that_has_passed_is_stored_and_ends_nothing(tmp_path: Path) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN]))
    (result,) = apply(write_csv(tmp_path / "2.csv", [JAN | {"do": "2026-11-27"}]))
    assert (result.outcome, "nowe daty studiów" in result.detail) == ("changed", True)
    enrolment = Student.objects.get().enrolments.get()
    assert (enrolment.status, enrolment.ended_on) == ("active", date(2026, 11, 27))


@pytest.mark.parametrize(("day", "outcome"), [("2026-12-31", "changed"), ("2026-11-28", "ended")])
def test_41_a_strike_off_is_stored_with_its_day(tmp_path: Path, day: str, outcome: str) -> None:
    apply(write_csv(tmp_path / "1.csv", [JAN]))
    (result,) = apply(write_csv(tmp_path / "2.csv", [JAN | {"status": "skreslony", "do": day}]))
    assert (result.outcome, "aktywny → skreślony" in result.detail) == (outcome, True)
    assert ("od 31 grudnia 2026" in result.detail) == (outcome == "changed")
    enrolment = Student.objects.get().enrolments.get()
    assert (enrolment.status, enrolment.ended_on) == ("struck_off", date.fromisoformat(day))
