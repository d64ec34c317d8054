"""A new student comes with an account: a free one is taken, a missing one is made; and with studies a clerk can see."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from students.forms import NewStudentForm
from students.models import Faculty, Student, User
from tests.students.admin.pages import enrolment_rows, heard, student_form
from tests.students.factories import make_programme, make_student, make_user, small_jpeg
from tests.students.forms import errors

pytestmark = pytest.mark.django_db
ADD = "/admin/students/student/add/"
ANNA = "02270803624"


def studies(faculty: Faculty, **changes: Any) -> dict[str, Any]:
    programme = faculty.programmes.first()
    row = {"programme": programme.pk, "status": "active", "started_on": "2025-10-01"}  # type: ignore[union-attr]
    return enrolment_rows(row | changes)


def test_a_student_is_added_with_account_studies_and_photo(
    dziekanat: Client, clerk: User, faculty: Faculty, django_capture_on_commit_callbacks: Any
) -> None:
    photo = SimpleUploadedFile("zdjecie.jpg", small_jpeg())
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        answer = dziekanat.post(ADD, student_form(pesel=ANNA, new_photo=photo, **studies(faculty)))
    assert answer.status_code == 302
    student = Student.objects.get()
    assert (student.pesel, student.enrolments.count(), student.photo is None) == (ANNA, 1, False)
    account = student.user
    assert (account.username, account.email) == ("a.nowak", "a.nowak@student.example.edu.pl")
    assert (account.first_name, account.last_name) == ("Anna Maria", "Nowak")
    assert not account.has_usable_password()
    assert not account.is_staff
    assert news == [([student.pk], clerk)]


def test_an_account_that_is_free_is_taken_as_it_is(dziekanat: Client, faculty: Faculty) -> None:
    account = make_user("a.nowak", email="own@example.edu.pl")
    dziekanat.post(ADD, student_form(email="", **studies(faculty)))
    assert Student.objects.get().user == account
    account.refresh_from_db()
    assert (account.email, account.has_usable_password()) == ("own@example.edu.pl", True)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"login": "taken"}, "login", "ma już inny student"),
        ({"login": "staff"}, "login", "konto pracownika"),
        ({"login": "a b"}, "login", "poprawną nazwę"),
        ({"login": ""}, "login", "wymagane"),
        ({"email": ""}, "email", "Podaj adres e-mail"),
        ({"email": "x"}, "email", "poprawny adres"),
        ({"pesel": "02270803625"}, "pesel", "cyfra kontrolna"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_makes_no_account(
    dziekanat: Client, faculty: Faculty, changes: dict[str, str], field: str, message: str
) -> None:
    make_student(user=make_user("taken"), album_number="9")
    make_user("staff", is_staff=True)
    accounts = User.objects.count()
    found = errors(dziekanat.post(ADD, student_form(**(studies(faculty) | changes))))
    assert list(found) == [field]
    assert message in found[field][0]
    assert (User.objects.count(), Student.objects.count()) == (accounts, 1)


def test_who_may_change_accounts_gives_a_colleagues_to_a_student(office: Client) -> None:
    colleague = make_user("staff", is_staff=True)
    assert office.post(ADD, student_form(login="staff")).status_code == 302
    assert Student.objects.get().user == colleague


def test_a_clerk_adds_nobody_whom_the_clerk_could_not_see(dziekanat: Client) -> None:
    answer = dziekanat.post(ADD, student_form())
    assert "nie będzie widoczny dla Twojego dziekanatu" in answer.content.decode()
    assert not Student.objects.exists()
    assert not User.objects.filter(username="a.nowak").exists()


def test_a_clerk_adds_nobody_to_another_faculty(dziekanat: Client) -> None:
    other = make_programme().faculty
    answer = dziekanat.post(ADD, student_form(**studies(other)))
    assert answer.status_code == 200
    assert not Student.objects.exists()


def test_an_account_made_since_the_form_was_checked_is_told_at_its_field(
    dziekanat: Client, faculty: Faculty, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_student(user=make_user("a.nowak"), album_number="9")
    check = NewStudentForm.clean_login

    def check_before_it_was_made(form: NewStudentForm) -> str:
        monkeypatch.setattr(NewStudentForm, "clean_login", check)
        form.instance.user = User(username="a.nowak")
        return "a.nowak"

    monkeypatch.setattr(NewStudentForm, "clean_login", check_before_it_was_made)
    found = errors(dziekanat.post(ADD, student_form(**studies(faculty))))
    assert "ma już inny student" in found["login"][0]
    assert Student.objects.count() == 1


def test_the_form_needs_no_script(dziekanat: Client, faculty: Faculty) -> None:
    make_programme(name="kierunek obcy")
    page = dziekanat.get(ADD).content.decode()
    choices = page[page.index('name="enrolments-0-programme"') :].partition("</select>")[0]
    assert str(faculty.programmes.get()) in choices
    assert "kierunek obcy" not in choices
