"""An uploaded list of numbers is read whatever program wrote it, or refused with what is wrong and where."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from students.cards import number_lists
from students.cards.number_lists import read_numbers
from tests.students.cards.holders import make_card_in_use

pytestmark = pytest.mark.django_db
PESEL = "02270803624"


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"8001\n8002\n",
        b"8001\r\n8002",
        b"\n 8001 \n\n8002\n8001\n",
        "\ufeffnumer albumu\n8001\n8002\n".encode(),
        "Numer żółty\n8001\n8002\n".encode("cp1250"),
        b'"8001";\n"8002";\n',
        b"nazwisko;numer_albumu\nLis;8001\nNowak;8002\n",
        b"ELS_NUMER,x\n8001,1\n8002,2\n",
        b"8001.0\n8002,0\n",
        b'="8001"\n="8002"\n',
        workbook((8001,), ("8002",)),
        workbook(("numer",), (8001.0,), (None,), (" 8002 ",)),
        workbook(("nazwisko", "Numer albumu"), ("Lis", 8001), ("Nowak", 8002)),
    ],
)
def test_a_list_is_read(data: bytes) -> None:
    assert read_numbers(data) == ["8001", "8002"]


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(12 * 1024 * 1024))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Plik jest pusty"),
        (b"numer\n\n", "nie ma żadnych numerów"),
        (b"8001;Lis\n8002;Nowak\n", "więcej niż jedna kolumna"),
        (b"8001\n80-02\n8003\n", "wiersze: 2"),
        (b"8001\n" + b"9" * 31, "wiersze: 2"),
        (b"numer\n9,01235E+09\n", "1,23E\\+16 – wiersze: 2"),
        (b"9,01235E+09\n8001\n", "1,23E\\+16 – wiersze: 1"),
        (b"numer,imie\n8001,Ewa\n9,01235E+09,Jan\n", "1,23E\\+16 – wiersze: 3"),
        (b"x,numer\n1,9,01235E+09\n", "1,23E\\+16 – wiersze: 2"),
        (b"numer;x\n9.01235E+09;1\n", "1,23E\\+16 – wiersze: 2"),
        (workbook((8001,), (21000123456789000,)), "1,23E\\+16 – wiersze: 2"),
        (workbook((8001,), (2.1000123456789e16,)), "1,23E\\+16 – wiersze: 2"),
        (b"n\n" + b"8 1\n" * 7, "wiersze: 2, 3, 4, 5, 6 …"),
        (b"\x89PNG\0\0", "obraz PNG"),
        (b"PK\x03\x04 no workbook", "nie da się otworzyć"),
        (workbook(("x",), (8001,), (8002, 1)), "więcej niż jedna kolumna"),
        (b"x" * (number_lists.MAX_BYTES + 1), "najwyżej 5 MB"),
    ],
)
def test_what_is_no_list_is_refused_with_what_is_wrong_and_where(data: bytes, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read_numbers(data)


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_does() -> None:
    data = bomb()
    assert len(data) < number_lists.MAX_BYTES
    with pytest.raises(ValidationError, match="po rozpakowaniu za duży"):
        read_numbers(data)


def test_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_lists, "MAX_NUMBERS", 2)
    with pytest.raises(ValidationError, match="Podziel"):
        read_numbers(b"1\n2\n3\n")


def test_a_pesel_is_not_taken_for_a_number_unless_a_card_has_it() -> None:
    with pytest.raises(ValidationError, match="jest PESEL – wiersze: 2") as refused:
        read_numbers(f"8001\n{PESEL}\n".encode())
    assert PESEL not in str(refused.value)
    make_card_in_use(barcode_number=PESEL)
    assert read_numbers(PESEL.encode()) == [PESEL]
