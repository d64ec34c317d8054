"""A clerk of one faculty does not meet a student of another: by no list, search, filter, choice, page or form."""

from typing import Any

import pytest
from django.test import Client

from students.models import Enrolment, Photo, Student
from students.roles import CLERK, VIEWER
from tests.students.admin.pages import (
    ENROLMENTS,
    SEARCH,
    STUDENTS,
    enrolment_row,
    listed,
    page_of,
    pesel_of,
    signed_in,
    student_form,
)
from tests.students.factories import make_clerk, make_enrolment, make_member, make_programme, make_student

pytestmark = pytest.mark.django_db
PHOTOS = "/admin/students/photo/"
STRANGERS_PESEL = "44051401359"


@pytest.fixture
def own() -> Student:
    return make_enrolment(make_student(album_number="111")).student


@pytest.fixture
def stranger() -> Student:
    values: dict[str, Any] = {"album_number": "222", "pesel": STRANGERS_PESEL, "last_name": "Obca"}
    return make_enrolment(make_student(**values)).student


@pytest.fixture
def client_of(own: Student) -> Client:
    """A browser of somebody who may do everything in this app with the students of one faculty."""
    names = [f"students.{verb}_{model}" for verb in ("view", "add", "change", "delete")
             for model in ("student", "enrolment", "photo", "faculty", "programme")]  # fmt: skip
    faculty = own.enrolments.get().programme.faculty
    return signed_in(make_clerk(*names, "students.view_full_pesel", faculties=[faculty]))


def test_no_list_shows_them(client_of: Client, own: Student, stranger: Student) -> None:
    enrolment = own.enrolments.get()
    assert listed(client_of) == [own]
    assert listed(client_of, ENROLMENTS) == [enrolment]
    assert listed(client_of, PHOTOS) == [own.photo]
    assert listed(client_of, "/admin/students/faculty/") == [enrolment.programme.faculty]
    assert listed(client_of, "/admin/students/programme/") == [enrolment.programme]


@pytest.mark.parametrize("words", ["Obca", "222"])
def test_no_search_finds_them(client_of: Client, stranger: Student, words: str) -> None:
    for address in (STUDENTS, ENROLMENTS, PHOTOS):
        assert listed(client_of, address, q=words) == []


def test_their_pesel_leads_nowhere(client_of: Client, stranger: Student) -> None:
    assert client_of.post(SEARCH, {"q": STRANGERS_PESEL})["Location"] == STUDENTS


def test_no_filter_leads_to_them(client_of: Client, own: Student, stranger: Student) -> None:
    faculty = stranger.enrolments.get().programme.faculty
    for query in ({"faculty": faculty.code}, {"enrolments__programme__faculty": str(faculty.pk)}):
        assert client_of.get(STUDENTS, query).status_code in {302, 400}
    for query in ({"status": "active"}, {"level": "first_cycle"}, {"id": str(stranger.pk)}):
        assert stranger not in listed(client_of, **query)


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("enrolment", "student"),
        ("enrolment", "programme"),
        ("studentcard", "student"),
        ("programme", "faculty"),
    ],
)
def test_no_autocompletion_offers_them(client_of: Client, stranger: Student, model: str, field: str) -> None:
    query = {"app_label": "students", "model_name": model, "field_name": field, "term": ""}
    answer = client_of.get("/admin/autocomplete/", query)
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1
    assert "Obca" not in answer.content.decode()


def test_no_page_of_theirs_opens(client_of: Client, stranger: Student) -> None:
    enrolment = stranger.enrolments.get()
    rows = [stranger, enrolment, stranger.photo, enrolment.programme, enrolment.programme.faculty]
    for row in rows:
        for page in (
            page_of(row),
            page_of(row).replace("change", "history"),
            page_of(row).replace("change", "delete"),
        ):
            answer = client_of.get(page)
            assert answer.status_code in {302, 403, 404}
            assert "Obca" not in answer.content.decode()
    assert client_of.post(pesel_of(stranger)).status_code == 404
    assert client_of.get(f"/zdjecia/{stranger.pk}/").status_code == 404


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Student, Enrolment, Photo)]


def test_nothing_of_theirs_is_changed(client_of: Client, stranger: Student) -> None:
    enrolment = stranger.enrolments.get()
    before = everything()
    struck = {"status": "struck_off", "ended_on": "2026-10-01"}
    for address, form in (
        (page_of(stranger), student_form(stranger, last_name="Inna")),
        (page_of(enrolment), enrolment_row(enrolment, **struck)),
        (f"{STUDENTS}{stranger.pk}/delete/", {"post": "yes"}),
        (f"{ENROLMENTS}{enrolment.pk}/delete/", {"post": "yes"}),
        (STUDENTS, {"action": "delete_selected", "_selected_action": stranger.pk, "post": "yes"}),
        (ENROLMENTS, {"action": "delete_selected", "_selected_action": enrolment.pk, "post": "yes"}),
    ):
        answer = client_of.post(address, form)
        # A list shows itself again where an action is not offered.
        assert answer.status_code in {302, 403, 404} or address in {STUDENTS, ENROLMENTS}, address
        assert everything() == before, address


def test_without_a_faculty_nobody_is_seen(own: Student) -> None:
    for role in (CLERK, VIEWER):
        client = signed_in(make_member(role))
        for address in (STUDENTS, ENROLMENTS, PHOTOS, "/admin/students/programme/"):
            assert listed(client, address) == []


def test_a_student_of_former_days_is_still_seen(client_of: Client, own: Student) -> None:
    own.enrolments.update(status="struck_off", ended_on="2026-01-31")
    assert listed(client_of) == [own]


def test_a_faculty_that_is_taken_away_is_out_of_sight_at_once(own: Student) -> None:
    faculty = own.enrolments.get().programme.faculty
    clerk = make_member(CLERK, faculty, make_programme().faculty)
    client = signed_in(clerk)
    assert listed(client) == [own]
    clerk.faculties.remove(faculty)
    assert listed(client) == []
