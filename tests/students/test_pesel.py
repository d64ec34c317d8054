"""A wrong PESEL, name, album number or birth date is told in Polish, and the database refuses it too."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pl import pesel as stdnum_pesel

from students.half_years import half_year_end, next_half_year_end, previous_half_year_end
from students.models import Faculty, Level, Programme, Student
from students.pesel import SERIALS, check_identity, clean_pesel, compose_pesel, mask_pesel
from tests.students.factories import make_enrolment, make_programme, make_student, make_user

ANNA, BORN = "02270803624", date(2002, 7, 8)


@pytest.mark.parametrize("text", [ANNA, " 022708 03624 ", "022708-03624"])
def test_a_pesel_is_kept_as_eleven_digits(text: str) -> None:
    assert clean_pesel(text) == ANNA


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0227080362", "Numer PESEL ma 11 cyfr."),
        ("022708036244", "Numer PESEL ma 11 cyfr."),
        ("0227080362A", "Numer PESEL składa się z samych cyfr."),
        ("02270803625", "Ten numer PESEL zawiera błąd: nie zgadza się cyfra kontrolna."),
        ("00000000000", "Data zapisana w numerze PESEL nie istnieje."),
        ("", "Numer PESEL składa się z samych cyfr."),
    ],
)
def test_each_thing_wrong_with_a_pesel_has_its_own_message(text: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        clean_pesel(text)
    assert caught.value.messages == [message]
    with pytest.raises(ValidationError) as keyed:
        check_identity(text, BORN, "F")
    assert keyed.value.message_dict == {"pesel": [message]}


@pytest.mark.parametrize(
    ("birth_date", "sex", "fields"),
    [
        (BORN, "F", set()),
        (date(2002, 7, 9), "F", {"birth_date"}),
        (date(1902, 7, 8), "F", {"birth_date"}),
        (BORN, "M", {"sex"}),
        (date(2001, 7, 8), "M", {"birth_date", "sex"}),
    ],
)
def test_a_pesel_must_match_the_birth_date_and_the_sex(birth_date: date, sex: str, fields: set[str]) -> None:
    try:
        check_identity(ANNA, birth_date, sex)
        found = set()
    except ValidationError as error:
        found = set(error.message_dict)
    assert found == fields


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from("FM"), st.integers(0, SERIALS - 1))
def test_a_composed_pesel_belongs_to_its_person(birth_date: date, sex: str, serial: int) -> None:
    pesel = compose_pesel(birth_date, sex, serial)
    assert stdnum_pesel.is_valid(pesel)
    check_identity(pesel, birth_date, sex)


def test_a_masked_pesel_gives_no_more_away_than_the_birth_date() -> None:
    assert mask_pesel(ANNA) == "022708•••••"
    assert mask_pesel(None) == "–"


@pytest.mark.parametrize(
    ("day", "previous", "this", "following"),
    [
        (date(2026, 10, 31), date(2026, 3, 31), date(2026, 10, 31), date(2027, 3, 31)),
        (date(2026, 11, 1), date(2026, 10, 31), date(2027, 3, 31), date(2027, 10, 31)),
        (date(2027, 1, 1), date(2026, 10, 31), date(2027, 3, 31), date(2027, 10, 31)),
        (date(2027, 3, 31), date(2026, 10, 31), date(2027, 3, 31), date(2027, 10, 31)),
        (date(2027, 4, 1), date(2027, 3, 31), date(2027, 10, 31), date(2028, 3, 31)),
    ],
)
def test_half_years_end_on_31_march_and_31_october(
    day: date, previous: date, this: date, following: date
) -> None:
    assert (previous_half_year_end(day), half_year_end(day), next_half_year_end(day)) == (
        previous,
        this,
        following,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"pesel": "02270803625"}, "pesel", "cyfra kontrolna"),
        ({"birth_date": date(2002, 7, 9)}, "birth_date", "nie zgadza się z numerem PESEL"),
        ({"sex": "M"}, "sex", "nie zgadza się z numerem PESEL"),
        ({"sex": "X"}, "sex", ""),
        ({"pesel": None, "birth_date": date(2999, 1, 1)}, "birth_date", "w przyszłości"),
        ({"pesel": None, "birth_date": date(1899, 12, 31)}, "__all__", "zbyt dawna"),
        ({"first_names": "  "}, "first_names", ""),
        ({"last_name": ""}, "last_name", ""),
        ({"album_number": "12/34"}, "album_number", "litery"),
        ({"album_number": "1" * 21}, "album_number", ""),
    ],
)
def test_wrong_data_are_refused_in_polish_at_the_right_field(
    changes: dict[str, Any], field: str, message: str
) -> None:
    student = make_student(pesel=ANNA)
    for name, value in changes.items():
        setattr(student, name, value)
    with pytest.raises(ValidationError) as caught:
        student.full_clean()
    assert field in caught.value.message_dict
    assert message in caught.value.message_dict[field][0]
    assert ANNA not in str(caught.value)


@pytest.mark.django_db
def test_a_pesel_belongs_to_one_student() -> None:
    make_student(pesel=ANNA)
    with pytest.raises(ValidationError, match="ma już inny student"):
        Student(
            user=make_user(), first_names="A", last_name="B", pesel="022708 03624", birth_date=BORN, sex="F"
        ).full_clean()
    with pytest.raises(IntegrityError, match="pesel_index"):
        make_student(pesel=ANNA)


@pytest.mark.django_db
def test_what_people_type_is_tidied_up() -> None:
    student = make_student(pesel=None, album_number=None)
    student.first_names, student.last_name = "  Anna   Maria ", "Nowak\u00a0 Lis"
    student.pesel, student.album_number = " 022708-03624", " 12345a "
    student.full_clean()
    student.save()
    student.refresh_from_db()
    assert student.full_name == "Anna Maria Nowak Lis"
    assert (student.pesel, student.album_number) == (ANNA, "12345a")


@pytest.mark.django_db
def test_many_students_may_have_no_album_number_and_no_pesel() -> None:
    for _ in range(2):
        student = make_student(album_number="  ", pesel=None)
        assert student.album_number is None
    assert Student.objects.filter(album_number=None).count() == 2


@pytest.mark.django_db
def test_a_student_shown_in_a_log_or_a_traceback_has_no_pesel() -> None:
    student = make_student(pesel=ANNA, album_number="77")
    assert str(student) == "Anna Maria Nowak (77)"
    assert ANNA not in f"{student!r} {student} {[student]}"


REFUSED = [
    ({"first_names": ""}, "student_names_spaced"),
    ({"last_name": " Nowak"}, "student_names_spaced"),
    ({"last_name": "Nowak  Lis"}, "student_names_spaced"),
    ({"album_number": "12/34"}, "student_album_is_code"),
    ({"birth_date": date(1899, 12, 31)}, "student_born_since_1900"),
    ({"sex": "X"}, "student_sex_known"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "constraint"), REFUSED)
def test_the_database_refuses_what_goes_around_the_checks(values: dict[str, Any], constraint: str) -> None:
    student = make_student()
    with transaction.atomic(), pytest.raises(IntegrityError, match=constraint):
        Student.objects.filter(pk=student.pk).update(**values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "graduated"}, "enrolment_finished_has_end"),
        ({"status": "struck_off"}, "enrolment_finished_has_end"),
        ({"status": "asleep"}, "enrolment_status_known"),
        ({"ended_on": timezone.localdate() - timedelta(days=366)}, "enrolment_ends_after_start"),
    ],
)
def test_the_database_refuses_studies_that_cannot_be(values: dict[str, Any], constraint: str) -> None:
    student = make_student()
    with transaction.atomic(), pytest.raises(IntegrityError, match=constraint):
        make_enrolment(student, **values)
    make_enrolment(student, ended_on=timezone.localdate() - timedelta(days=365))


@pytest.mark.django_db
def test_the_database_refuses_the_same_programme_twice_and_unknown_levels() -> None:
    programme = make_programme()
    again = {"faculty": programme.faculty, "name": programme.name, "name_en": "x"}
    with transaction.atomic(), pytest.raises(IntegrityError, match="programme_once"):
        Programme.objects.create(level=programme.level, **again)
    Programme.objects.create(level=Level.DOCTORAL, **again)
    with transaction.atomic(), pytest.raises(IntegrityError, match="programme_level_known"):
        Programme.objects.update(level="kindergarten")
    with transaction.atomic(), pytest.raises(IntegrityError, match="code"):
        Faculty.objects.create(code=programme.faculty.code, name="x", name_en="x")
