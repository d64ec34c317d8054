"""Whoever is sent to the dean's office is told whose, where and when it is, and how to reach it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.statuses import Status
from mlegitymacja_portal.errors import permission_denied
from students.models import EnrolmentStatus, Faculty, Level, Student
from students.models.contacts import phone_link
from students.offices import office_of
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document, read
from tests.students.admin.pages import send
from tests.students.factories import make_card, make_enrolment, make_programme, make_student, make_user

pytestmark = pytest.mark.django_db

CONTACTS = {
    "room": "budynek A, pokój 12",
    "hours": "pon.–pt. 9:00–13:00",
    "phone": "12 345 61 01",
    "email": "dziekanat.wf@example.edu.pl",
    "website": "https://example.edu.pl/wf/dziekanat",
}


@pytest.fixture
def faculty() -> Faculty:
    """Return a faculty whose dean's office can be reached in every way."""
    return Faculty.objects.create(
        code="WF9", name="Wydział Filozofii", name_en="Faculty of Philosophy", **CONTACTS
    )


@pytest.fixture
def without_card(faculty: Faculty) -> Student:
    """Return a student of that faculty who needs its help."""
    student = make_student()
    make_enrolment(student, programme=make_programme(faculty=faculty))
    return student


def assert_names_the_office(page: Document) -> None:
    """Check that the page says which office it is, and leads to it in every way."""
    (office,) = page.texts("address")
    for text in ("Wydział Filozofii", CONTACTS["room"], CONTACTS["hours"]):
        assert text in office
    links = {link.attrs["href"]: link.text for link in page.all("a")}
    assert links["tel:+48123456101"] == CONTACTS["phone"]
    assert links[f"mailto:{CONTACTS['email']}"] == CONTACTS["email"]
    assert CONTACTS["website"] in links


@pytest.mark.parametrize(
    "address", [PAGE, "/dla-studentow/moje-dane/", "/dla-studentow/wiadomosci/ustawienia/"]
)
def test_a_student_is_sent_to_the_office_of_their_own_faculty(
    client: Client, without_card: Student, address: str
) -> None:
    client.force_login(without_card.user)
    assert_names_the_office(read(client.get(address)))


def test_the_office_costs_the_page_no_query(client: Client, without_card: Student) -> None:
    client.force_login(without_card.user)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    before = cost()
    Faculty.objects.update(**dict.fromkeys(CONTACTS, ""))
    assert cost() == before


def test_a_refusal_of_the_portal_names_the_office_too(
    client: Client, without_card: Student, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user, request.session = without_card.user, client.session
    assert_names_the_office(read(permission_denied(request, PermissionDenied())))


def test_who_needs_no_help_is_sent_nowhere(client: Client, student: Student) -> None:
    client.force_login(student.user)
    assert not read(client.get(PAGE)).all("address")


@pytest.mark.parametrize("level", [Level.DOCTORAL, Level.POSTGRADUATE])
def test_who_has_no_right_is_told_where_to_say_that_it_is_a_mistake(
    client: Client, faculty: Faculty, level: Level
) -> None:
    student = make_student()
    make_enrolment(student, programme=make_programme(level, faculty=faculty))
    client.force_login(student.user)
    assert_names_the_office(read(client.get(PAGE)))


def test_english_names_the_faculty_in_english_and_keeps_what_the_office_wrote(
    client: Client, without_card: Student
) -> None:
    client.force_login(without_card.user)
    client.cookies["language"] = "en"
    without_card.user.language = "en"
    without_card.user.save()
    page = read(client.get(PAGE))
    assert "Faculty of Philosophy" in page.texts("address")[0]
    assert page.texts("span", lang="pl")[-1] == CONTACTS["hours"]


def test_an_office_without_contacts_leads_to_all_of_them(client: Client, without_card: Student) -> None:
    Faculty.objects.update(**dict.fromkeys(CONTACTS, ""))
    client.force_login(without_card.user)
    page = read(client.get(PAGE))
    assert not page.all("address")
    assert page.all("a", href="/pomoc/#offices")


def test_of_several_faculties_it_is_the_one_of_the_studies_that_count(faculty: Faculty) -> None:
    student, today = make_student(), timezone.localdate()
    other = make_programme()
    make_enrolment(student, programme=other, status=EnrolmentStatus.STRUCK_OFF, ended_on=today)
    assert name_of_office(student) == other.faculty.name
    doctoral = make_programme(Level.DOCTORAL)
    make_enrolment(student, programme=doctoral)
    assert name_of_office(student) == doctoral.faculty.name
    earlier = today - timedelta(days=900)
    make_enrolment(student, programme=make_programme(faculty=faculty), started_on=earlier)
    assert name_of_office(student) == faculty.name


def name_of_office(student: Student) -> str:
    office = office_of(student.user)
    assert office is not None
    return office.name


def test_nobody_in_particular_has_all_offices_in_the_help_and_a_way_to_them(
    client: Client, faculty: Faculty, settings: Any
) -> None:
    Faculty.objects.create(code="X", name="Wydział bez kontaktów", name_en="X")
    assert_names_the_office(read(client.get("/pomoc/")))
    settings.HELP_EMAIL, settings.HELP_PHONE = "pomoc@uczelnia.example", "12 345 67 89"
    page = read(client.get("/logowanie/"))
    links = {link.attrs["href"] for link in page.all("a")}
    assert {"/pomoc/#offices", "mailto:pomoc@uczelnia.example", "tel:+48123456789"} <= links


def test_a_refused_order_names_the_office(client: Client, without_card: Student) -> None:
    make_card(without_card)
    make_order(without_card, Status.REJECTED, rejection_code="holder_unknown")
    client.force_login(without_card.user)
    assert_names_the_office(read(client.get(PAGE)))


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("12 345 67 89", "tel:+48123456789"),
        ("(12) 345-67-89", "tel:+48123456789"),
        ("+48 12 345 67 89 wew. 12", "tel:+48123456789;ext=12"),
        ("+421 2 1234 5678", "tel:+421212345678"),
        ("", ""),
        ("portiernia", ""),
    ],
)
def test_a_number_is_called_as_it_is_written(phone: str, link: str) -> None:
    assert phone_link(phone) == link


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "zadzwoń"),
        ("phone", "123"),
        ("email", "dziekanat"),
        ("website", "javascript:alert(1)"),
        ("website", "example.edu.pl"),
        ("website", "ftp://example.edu.pl/"),
        ("room", "pokój\u200b12"),
        ("hours", "9\u202e13"),
    ],
)
def test_what_does_not_work_is_no_contact(faculty: Faculty, field: str, text: str) -> None:
    setattr(faculty, field, text)
    with pytest.raises(ValidationError) as refused:
        faculty.full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize(("phone", "status"), [("12 345 61 99", 302), ("zadzwoń", 200)])
def test_the_admin_takes_contacts_that_work(
    client: Client, faculty: Faculty, phone: str, status: int
) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    address = f"/admin/students/faculty/{faculty.pk}/change/"
    names = {"code": faculty.code, "name": faculty.name, "name_en": faculty.name_en}
    changed = {"phone": phone, "room": "  budynek  B "}
    assert send(client, address, names | CONTACTS | changed).status_code == status
    faculty.refresh_from_db()
    stored = ("budynek B", phone) if status == 302 else (CONTACTS["room"], CONTACTS["phone"])
    assert (faculty.room, faculty.phone) == stored
