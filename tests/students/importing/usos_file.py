"""Tables as USOS exports them, in any number of rows."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from students.half_years import half_year_end
from students.importing.columns import COLUMNS
from students.pesel import compose_pesel

Row = dict[str, str]
ANNA: Row = {
    "numer_albumu": "123456",
    "login": "anna",
    "imiona": "Anna Maria",
    "nazwisko": "Nowak",
    "pesel": "02270803624",
    "data_urodzenia": "2002-07-08",
    "email": "anna@student.example.edu.pl",
    "wydzial": "Wydział Filozoficzny",
    "kierunek": "filozofia",
    "poziom": "I",
    "status": "aktywny",
    "od": "2025-10-01",
    "do": "",
    "els_numer": "",
    "els_wydana": "",
    "els_wazna_do": "",
    "els_uid_stykowy": "",
    "els_uid_bezstykowy": "",
}
ANNAS_CARD: Row = {
    "els_numer": "8000123456",
    "els_wydana": "2025-10-03",
    "els_wazna_do": "2026-10-31",
    "els_uid_stykowy": "3B000123456",
    "els_uid_bezstykowy": "04000123456",
}
_NAMES = (("Anna Maria", "Żółć-Nowak"), ("Jan", "Kowalski"), ("Łucja", "Święta"), ("Paweł", "Dąbrowski"))
_FACULTIES = (("WF", "filozofia"), ("WP", "pedagogika"), ("WPA", "administracja"))
_LEVELS = ("I", "I", "II", "JM")


def many_rows(count: int, *, today: date, first: int = 0) -> Iterator[Row]:
    """Make `count` rows of as many students, each with a card that is valid for this half-year."""
    for number in range(first, first + count):
        birth_date = date(2000, 1, 1) + timedelta(days=number % 2_000)
        faculty, programme = _FACULTIES[number % 3]
        first_names, last_name = _NAMES[number % 4]
        yield {
            "numer_albumu": f"{600_000 + number}",
            "login": f"u{number}",
            "imiona": first_names,
            "nazwisko": last_name,
            "pesel": compose_pesel(birth_date, "FM"[number % 2], number // 2_000),
            "data_urodzenia": birth_date.isoformat(),
            "email": f"u{number}@student.example.edu.pl",
            "wydzial": faculty,
            "kierunek": programme,
            "poziom": _LEVELS[number % 4],
            "status": "aktywny",
            "od": (today - timedelta(days=60)).isoformat(),
            "do": "",
            "els_numer": f"80{number:09}",
            "els_wydana": (today - timedelta(days=50)).isoformat(),
            "els_wazna_do": half_year_end(today).isoformat(),
            "els_uid_stykowy": f"3B{number:09}",
            "els_uid_bezstykowy": f"04{number:09}",
        }


def write_csv(
    path: Path,
    rows: Iterable[Row],
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    columns: Iterable[str] = COLUMNS,
) -> Path:
    """Write a CSV and return its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(columns), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: Iterable[dict[str, object]]) -> Path:
    """Write an XLSX whose cells have the types of the values, and return its path."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[column] for column in COLUMNS])
    book.save(path)
    return path
