"""What spreadsheets make of printed numbers is recognised where one number can be meant, else refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from students.identifiers import (
    identifier_key,
    may_be_rounded,
    number_text,
    read_identifier,
)
from students.models import StudentCard
from tests.students.factories import make_card, make_student


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("123456", "123456"),
        (" 0012 ", "0012"),
        ("123456.0", "123456"),
        ("123456,00", "123456"),
        ('="0070000101"', "0070000101"),
        ("3B000123456", "3B000123456"),
        ("1E05", "1E05"),
        ("21000123456789012", "21000123456789012"),
        ("12/34", "12/34"),
        ("123456.5", "123456.5"),
    ],
)
def test_a_number_is_read_as_it_was_meant(written: str, number: str) -> None:
    assert read_identifier(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "9,01235E+09",
        "9.01235e+09",
        "1,23E+16",
        "2E+10",
        "1E-5",
        "2.10001234567890E+16",
        "21000123456789012.0",
    ],
)
def test_a_number_that_lacks_digits_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        read_identifier(written)


@pytest.mark.parametrize(
    ("value", "text"),
    [(123456.0, "123456"), (8000123456, "8000123456"), (999999999999999, "9" * 15), (1.5, "1.5")],
)
def test_a_spreadsheets_number_is_written_as_one_typed_it(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize("value", [21000123456789012, 21000123456789000, 2.1000123456789e16, 10**15])
def test_a_number_that_a_spreadsheet_cannot_hold_is_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        read_identifier(number_text(value))


def test_only_long_numbers_whose_digits_behind_the_fifteenth_are_zeros_may_be_rounded() -> None:
    assert all(map(may_be_rounded, ["21000123456789000", "1234567890123450", "001234567890123450"]))
    whole = ["21000123456789012", "21000123456789010", "1234567890123457", "123456789012300"]
    assert not any(map(may_be_rounded, [*whole, "00123456789012300", "3B" + "0" * 20]))


@pytest.mark.django_db
@given(number=st.text("0123456789AaBb", min_size=1, max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_makes_the_key_that_python_makes(number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper(ltrim(%s, '0'))", [number])
        assert cursor.fetchone() == (identifier_key(number),)


@pytest.mark.django_db
def test_numbers_that_differ_by_zeros_or_case_only_are_refused_where_staff_type_them() -> None:
    student = make_student(album_number="0720004")
    card = make_card(student, barcode_number="0070000101", contact_chip_uid="3b01")
    other = make_student(album_number="9")
    other.album_number = "720004"
    with pytest.raises(ValidationError, match="tylko zerami"):
        other.full_clean()
    copy = StudentCard(student=other, barcode_number="70000101", contact_chip_uid="3B01")
    with pytest.raises(ValidationError) as refused:
        copy.clean()
    assert set(refused.value.message_dict) == {"barcode_number", "contact_chip_uid"}
    student.full_clean()
    card.clean()


@pytest.mark.django_db
def test_keys_are_found_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("DROP INDEX card_newest")  # of a table without rows, any index serves
    plan = StudentCard.objects.filter(barcode_number__key__in=["1", "2"]).explain()
    assert "card_barcode_key" in plan
