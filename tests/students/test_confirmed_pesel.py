"""Official PESELs with a wrong date, sex or check digit are held once an administrator has confirmed them."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from students.cards.number_lists import like_pesels
from students.models import Student
from students.roles import ADMINISTRATOR, CLERK
from tests.students.admin.pages import look_of, page_of, said, send, signed_in, student_form
from tests.students.factories import make_enrolment, make_member, make_programme, make_student
from tests.students.forms import errors
from tests.students.importing.importer import bring_in, look_at
from tests.students.importing.usos_file import ANNA

pytestmark = pytest.mark.django_db

CHECK_DIGIT, NO_DATE, OTHER_DATE, OF_A_MAN = "02270803625", "02330803626", "44051401359", "02270803631"
MISTAKES = [CHECK_DIGIT, NO_DATE, OTHER_DATE, OF_A_MAN]
VALID = "02270803624"


@pytest.fixture
def student() -> Student:
    """Return a student born on 8 July 2002, without a PESEL."""
    student = make_student(pesel=None, sex="F", album_number="123456")
    student.user.username = "anna"
    student.user.save()
    make_enrolment(student, programme=make_programme())
    return student


def browser_of(role: str, student: Student) -> Client:
    return signed_in(make_member(role, student.enrolments.get().programme.faculty))


def change(browser: Client, student: Student, **changes: Any) -> Any:
    return send(browser, page_of(student), student_form(student, **changes))


@pytest.mark.parametrize("number", MISTAKES)
def test_who_may_confirm_it_stores_it_and_the_log_says_so(student: Student, number: str) -> None:
    administrator = browser_of(ADMINISTRATOR, student)
    refused = errors(change(administrator, student, pesel=number))
    assert "potwierdzić go może administrator" in " ".join(refused["pesel"])
    answer = change(administrator, student, pesel=number, pesel_confirmed="on")
    assert answer.status_code == 302, errors(answer)
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed) == (number, True)
    assert (student.birth_date, student.sex) == (date(2002, 7, 8), "F")
    entry = LogEntry.objects.get_for_object(student).filter(action=LogEntry.Action.UPDATE).first()
    assert entry and entry.changes_dict["pesel_confirmed"] == ["False", "True"]
    assert number not in str(entry.changes) and entry.actor is not None


@pytest.mark.parametrize("number", MISTAKES)
def test_a_clerk_cannot_confirm_one(student: Student, number: str) -> None:
    clerk = browser_of(CLERK, student)
    answer = change(clerk, student, pesel=number, pesel_confirmed="on")
    assert "potwierdzić go może administrator" in " ".join(errors(answer)["pesel"])
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed) == (None, False)
    new = send(clerk, "/admin/students/student/add/", student_form(pesel=number, pesel_confirmed="on"))
    assert errors(new)["pesel"]


def test_what_cannot_be_official_cannot_be_confirmed(student: Student) -> None:
    administrator = browser_of(ADMINISTRATOR, student)
    for number in ("0227080362", "022708036245", "0227080362x"):
        assert errors(change(administrator, student, pesel=number, pesel_confirmed="on"))["pesel"]


def test_a_confirmation_is_about_one_number(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(pesel_confirmed=False)
    administrator, clerk = browser_of(ADMINISTRATOR, student), browser_of(CLERK, student)
    assert change(administrator, student, pesel=CHECK_DIGIT, pesel_confirmed="on").status_code == 302
    assert errors(change(clerk, student, pesel=OTHER_DATE))["pesel"]
    assert change(clerk, student, last_name="Kowal").status_code == 302
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed, student.last_name) == (CHECK_DIGIT, True, "Kowal")
    assert change(clerk, student, pesel=VALID).status_code == 302
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed) == (VALID, False)
    assert change(administrator, student, pesel_confirmed="on").status_code == 302
    student.refresh_from_db()
    assert not student.pesel_confirmed, "there is nothing to confirm"
    assert change(administrator, student, pesel=CHECK_DIGIT, pesel_confirmed="on").status_code == 302
    assert change(administrator, student, remove_pesel="on", pesel_confirmed="on").status_code == 302
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed) == (None, False)


def test_a_new_student_may_come_with_one_and_without_a_known_sex() -> None:
    administrator = signed_in(make_member(ADMINISTRATOR))
    values = student_form(pesel=CHECK_DIGIT, pesel_confirmed="on", sex="")
    answer = send(administrator, "/admin/students/student/add/", values)
    assert answer.status_code == 302, errors(answer)
    made = Student.objects.get()
    assert (made.pesel, made.pesel_confirmed, made.sex) == (CHECK_DIGIT, True, None)


def test_the_database_holds_no_confirmation_without_a_number() -> None:
    with pytest.raises(IntegrityError, match="student_confirmed_pesel_is_there"):
        make_student(pesel=None, pesel_confirmed=True)


def test_two_students_cannot_have_the_same(student: Student) -> None:
    make_student(pesel=CHECK_DIGIT, pesel_confirmed=True)
    student.pesel, student.pesel_confirmed = CHECK_DIGIT, True
    with pytest.raises(ValidationError, match="ma już inny student"):
        student.full_clean()


@pytest.mark.parametrize("number", [CHECK_DIGIT, NO_DATE, OTHER_DATE])
@pytest.mark.parametrize("bring", [bring_in, look_at])
def test_an_import_takes_a_row_once_its_number_is_confirmed(
    student: Student, number: str, bring: Any
) -> None:
    row = ANNA | {"pesel": number}
    (refused,) = bring(row)
    assert refused.outcome == "rejected"
    assert "Jeśli to numer urzędowy, potwierdzić go może administrator" in refused.detail
    assert number not in refused.detail
    (refused,) = bring(ANNA | {"numer_albumu": "9", "login": "nowa", "pesel": number})
    assert refused.outcome == "rejected"
    Student.objects.filter(pk=student.pk).update(sex=None)
    student.refresh_from_db()
    student.pesel, student.pesel_confirmed = number, True
    student.full_clean()
    student.save()
    (taken,) = bring(row | {"nazwisko": "Kowalska"})
    assert taken.outcome != "rejected", taken.detail
    (refused,) = bring(row | {"data_urodzenia": "2002-07-09"})
    assert "data urodzenia jest inna niż w bazie" in refused.detail
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed, student.sex) == (number, True, None)
    assert student.last_name == ("Kowalska" if bring is bring_in else "Nowak")
    (refused,) = bring(row | {"pesel": "02270803626"})
    assert refused.outcome == "rejected", "another number with a mistake"


def test_an_import_with_the_mended_number_ends_the_confirmation(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(sex=None)
    student = Student.objects.get(pk=student.pk)
    student.pesel, student.pesel_confirmed = CHECK_DIGIT, True
    student.save()
    bring_in(ANNA)
    student.refresh_from_db()
    assert (student.pesel, student.pesel_confirmed, student.sex) == (VALID, False, "F")


def test_it_is_searched_for_and_kept_out_of_addresses_as_every_pesel(student: Student) -> None:
    student.pesel, student.pesel_confirmed = CHECK_DIGIT, True
    student.save()
    search = "/admin/students/student/search/"
    found = browser_of(CLERK, student).post(search, {"q": CHECK_DIGIT})
    assert found["Location"] == look_of(student)
    elsewhere = signed_in(make_member(CLERK, make_programme().faculty))
    answer = elsewhere.post(search, {"q": CHECK_DIGIT, "list": "/admin/students/studentcard/"})
    assert CHECK_DIGIT not in answer["Location"]
    assert said(answer)
    assert like_pesels([CHECK_DIGIT, VALID, NO_DATE, "123"]) == {CHECK_DIGIT, VALID}
