"""The dean's office works in the admin; a PESEL goes in there and never comes out again."""

from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from students.models import Student, User
from tests.students.admin.pages import page_of, send, student_form
from tests.students.factories import (
    make_card,
    make_clerk,
    make_eligible_student,
    make_student,
    small_jpeg,
)
from tests.students.forms import errors

pytestmark = pytest.mark.django_db
ANNA = "02270803624"


def change(office: Client, student: Student, **changes: Any) -> Any:
    return send(office, page_of(student), student_form(student, **changes))


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.app_label == "students"])
def test_each_list_and_form_opens(office: Client, model: Any) -> None:
    student = make_eligible_student()
    set_of = model._meta.model_name
    assert office.get(reverse(f"admin:students_{set_of}_changelist"), {"q": "Nowak"}).status_code == 200
    row = model.objects.first()
    if row:
        assert office.get(reverse(f"admin:students_{set_of}_change", args=[row.pk])).status_code == 200
    assert student.pk


@pytest.mark.parametrize("name", ["student", "studentcard", "enrolment", "photo", "programme", "user"])
def test_a_longer_list_costs_no_more_queries(office: Client, name: str) -> None:
    def cost(total: int) -> int:
        while Student.objects.count() < total:
            make_eligible_student()
        with CaptureQueriesContext(connection) as queries:
            assert office.get(reverse(f"admin:students_{name}_changelist")).status_code == 200
        return len(queries)

    cost(2)  # whatever is fetched once and kept
    assert cost(2) == cost(12)


def test_no_page_of_the_admin_shows_a_pesel(office: Client) -> None:
    student = make_student(pesel=ANNA)
    card = make_card(student)
    pages = [
        reverse("admin:students_student_changelist"),
        reverse("admin:students_student_change", args=[student.pk]),
        reverse("admin:students_studentcard_changelist"),
        reverse("admin:students_studentcard_change", args=[card.pk]),
    ]
    for page in pages:
        assert ANNA not in office.get(page).content.decode()
    assert "022708•••••" in office.get(pages[1]).content.decode()
    refused = change(office, student, pesel="02270803625")
    assert "02270803625" not in refused.content.decode()
    assert ANNA not in refused.content.decode()


def test_who_may_only_look_at_students_and_cards_sees_no_pesel(client: Client) -> None:
    student = make_student(pesel=ANNA)
    card = make_card(student)
    client.force_login(make_clerk("students.view_student", "students.view_studentcard"))
    for page in (
        reverse("admin:students_student_change", args=[student.pk]),
        reverse("admin:students_studentcard_change", args=[card.pk]),
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "022708•••••" in answer.content.decode()
        assert ANNA not in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "pesel"),
    [
        ({}, ANNA),
        ({"pesel": " 02270803808 "}, "02270803808"),
        ({"remove_pesel": "on"}, None),
    ],
)
def test_the_pesel_is_kept_replaced_or_removed(
    office: Client, changes: dict[str, Any], pesel: str | None
) -> None:
    student = make_student(pesel=ANNA)
    response = change(office, student, last_name="Lis", **changes)
    assert response.status_code == 302
    student.refresh_from_db()
    assert (student.last_name, student.pesel) == ("Lis", pesel)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"pesel": "02270803625"}, "pesel", "cyfra kontrolna"),
        ({"pesel": "123"}, "pesel", "11 cyfr"),
        ({"pesel": "44051401359"}, "birth_date", "nie zgadza się"),
        ({"pesel": "02270803808", "remove_pesel": "on"}, "remove_pesel", "nie oba naraz"),
        ({"birth_date": "2002-07-09"}, "birth_date", "nie zgadza się"),
        ({"birth_date": "2999-01-01"}, "birth_date", "w przyszłości"),
        ({"birth_date": "1800-01-01", "remove_pesel": "on"}, "__all__", "zbyt dawna"),
        ({"album_number": "TAKEN"}, "album_number", "już"),
        ({"first_names": "   "}, "first_names", "wymagane"),
        ({"new_photo": SimpleUploadedFile("a.jpg", b"no photo")}, "new_photo", "nie jest zdjęcie"),
        ({"new_photo": SimpleUploadedFile("a.jpg", small_jpeg(100, 100))}, "new_photo", "za małe"),
        ({"new_photo": SimpleUploadedFile("a.jpg", small_jpeg(900, 600))}, "new_photo", "szersze niż wyższe"),
        (
            {"new_photo": SimpleUploadedFile("a.jpg", small_jpeg(90, 60)), "cut_photo": "on"},
            "new_photo",
            "za małe",
        ),
        ({"new_photo": SimpleUploadedFile("a.jpg", b"\0" * (5 * 1024 * 1024 + 1))}, "new_photo", "5 MB"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_changes_nothing(
    office: Client, changes: dict[str, Any], field: str, message: str
) -> None:
    make_student(album_number="TAKEN", pesel=None)
    student = make_student(pesel=ANNA)
    before = Student.objects.filter(pk=student.pk).values().get()
    found = errors(change(office, student, **changes))
    assert message in found[field][0]
    assert Student.objects.filter(pk=student.pk).values().get() == before


def test_a_pesel_of_another_student_is_refused(office: Client) -> None:
    make_student(pesel=ANNA)
    student = make_student(pesel=None)
    assert "ma już inny student" in errors(change(office, student, pesel=ANNA))["pesel"][0]


def test_a_new_photo_is_normalised_and_remembers_who_brought_it(office: Client) -> None:
    student = make_student(photo=None)
    upload = SimpleUploadedFile("zdjecie.jpg", small_jpeg(2124, 2976))
    assert change(office, student, new_photo=upload).status_code == 302
    student.refresh_from_db()
    assert student.photo is not None
    assert len(student.photo.read()) < len(small_jpeg(2124, 2976))
    assert student.photo.uploaded_by == User.objects.get(is_superuser=True)


def test_a_new_photo_wider_than_high_is_cut_where_the_clerk_says_so(office: Client) -> None:
    student = make_student(photo=None)
    upload = SimpleUploadedFile("zdjecie.jpg", small_jpeg(900, 600))
    assert change(office, student, new_photo=upload, cut_photo="on").status_code == 302
    student.refresh_from_db()
    assert student.photo is not None
    with Image.open(student.photo.file) as kept:
        assert kept.size == (467, 600)


def test_the_list_is_sorted_as_people_look_for_names(office: Client) -> None:
    for name in ("Zając", "Śliwa", "Łoś", "Dudek", "Dąbrowska"):
        make_student(last_name=name)
    listed = office.get("/admin/students/student/").content.decode()
    places = [listed.index(name) for name in ("Dąbrowska", "Dudek", "Łoś", "Śliwa", "Zając")]
    assert places == sorted(places)
