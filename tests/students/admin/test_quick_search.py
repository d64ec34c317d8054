"""The search on every page of the admin finds students and orders of the user's faculties."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mdocs.statuses import Status
from students.models import Faculty, Student
from students.roles import CLERK
from tests.mdocs.factories import make_order
from tests.students.admin.pages import look_of, signed_in
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db
SEARCH = "/admin/search/"
JSON = {"Accept": "application/json"}
ANNA = "02270803624"


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def student(faculty: Faculty) -> Student:
    """Łucja, with a card, at the clerk's faculty, beside a namesake."""
    for last_name in ("Wójcik", "Wójcik-Żak"):
        found = make_student(first_names="Łucja Ewa", last_name=last_name)
        make_enrolment(found, programme=make_programme(faculty=faculty))
    found.album_number, found.pesel, found.sex = "654321", ANNA, "F"
    found.save()
    make_card(found, barcode_number="9077")
    return found


@pytest.fixture
def dziekanat(faculty: Faculty) -> Client:
    """A browser of a clerk of that faculty."""
    return signed_in(make_member(CLERK, faculty))


def offered(browser: Client, text: str) -> dict[str, list[str]]:
    """Return the addresses offered below the box, by group."""
    answer = browser.post(SEARCH, {"q": text}, headers=JSON)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return {group["label"]: [hit["url"] for hit in group["hits"]] for group in answer.json()["groups"]}


@pytest.mark.parametrize("text", ["wojcik zak", "654321", "6543", "9077", ANNA, "022708 03624"])
def test_a_student_is_offered_by_name_album_number_barcode_and_pesel(
    dziekanat: Client, student: Student, text: str
) -> None:
    assert offered(dziekanat, text) == {"Studenci": [look_of(student)]}
    answer = dziekanat.post(SEARCH, {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, look_of(student))


def test_namesakes_are_told_apart_on_a_page_without_what_was_typed_in_an_address(
    dziekanat: Client, student: Student
) -> None:
    answer = dziekanat.post(SEARCH, {"q": "wojcik"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Znaleziono: 2." in page
    assert f'<a href="{look_of(student)}">Wójcik-Żak Łucja Ewa</a> <span>654321 · ' in page
    assert str(student.enrolments.get().programme.faculty) in page
    assert "q=" not in page


def test_an_order_is_offered_by_its_number_its_beginning_and_the_number_in_mdokumenty(
    dziekanat: Client, student: Student
) -> None:
    order = make_order(student, Status.COLLECTED, mdokumenty_id="mD-77")
    page = f"/admin/mdocs/order/{order.pk}/change/"
    for text in (str(order.pk), str(order.pk).upper(), str(order.pk)[:13], "mD-77"):
        assert offered(dziekanat, text) == {"Zamówienia": [page]}, text
        assert dziekanat.post(SEARCH, {"q": text})["Location"] == page


def test_nobody_of_another_faculty_is_offered(dziekanat: Client) -> None:
    elsewhere = make_student(last_name="Wójtowicz", album_number="777777", pesel=ANNA)
    make_enrolment(elsewhere)
    order = make_order(elsewhere, Status.COLLECTED, mdokumenty_id="mD-78")
    for text in ("Wójtowicz", "777777", ANNA, str(order.pk), "mD-78"):
        assert offered(dziekanat, text) == {}, text
        assert "Nic nie znaleziono." in dziekanat.post(SEARCH, {"q": text}).content.decode()


def test_each_finds_what_the_permissions_allow(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, mdokumenty_id="mD-79")
    reads_students = signed_in(make_clerk("students.view_student", "students.view_every_faculty"))
    reads_orders = signed_in(make_clerk("mdocs.view_order", "students.view_every_faculty"))
    assert list(offered(reads_students, "6543")) == ["Studenci"]
    assert offered(reads_students, "mD-79") == {}
    assert list(offered(reads_orders, "mD-79")) == ["Zamówienia"]
    assert offered(reads_orders, "6543") == {}
    nobody = signed_in(make_clerk("students.view_photo"))
    assert offered(nobody, "6543") == offered(nobody, str(order.pk)) == {}
    assert 'id="desk-search"' not in nobody.get("/admin/").content.decode()
    anonymous = Client().post(SEARCH, {"q": "6543"}, headers=JSON)
    assert anonymous.status_code == 302
    own = signed_in(make_user())
    assert own.post(SEARCH, {"q": "6543"}, headers=JSON).status_code == 302


@pytest.mark.parametrize("text", ["", " ", "w", "\0\0", "%", "' OR 1=1"])
def test_what_is_too_short_or_belongs_to_nobody_finds_nothing(
    dziekanat: Client, student: Student, text: str
) -> None:
    assert offered(dziekanat, text) == {}


def test_only_so_many_are_offered_at_a_constant_cost(dziekanat: Client, faculty: Faculty) -> None:
    programme = make_programme(faculty=faculty)

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            (group,) = dziekanat.post(SEARCH, {"q": "Kowalsk"}, headers=JSON).json()["groups"]
        assert bool(group["more"]) == (Student.objects.count() > 8)
        return len(group["hits"]), len(queries)

    for _ in range(2):
        make_enrolment(make_student(last_name="Kowalski"), programme=programme)
    few = cost()
    for _ in range(8):
        make_enrolment(make_student(last_name="Kowalska"), programme=programme)
    assert (few[0], cost()) == (2, (8, few[1]))


@pytest.mark.parametrize(
    "address",
    ["/admin/", "/admin/students/student/", "/admin/students/student/add/", "/admin/mdocs/order/", SEARCH],
)
def test_the_box_stands_on_every_page_and_posts(dziekanat: Client, student: Student, address: str) -> None:
    page = dziekanat.get(address, follow=True).content.decode()
    form = page[page.index('id="desk-search"') :].partition("</form>")[0]
    assert f'method="post" role="search" action="{SEARCH}"' in form
    assert "csrfmiddlewaretoken" in form


def test_a_search_by_address_searches_for_nothing(dziekanat: Client, student: Student) -> None:
    answer = dziekanat.get(SEARCH, {"q": "wojcik"})
    assert answer.status_code == 200
    assert look_of(student) not in answer.content.decode()


def test_the_menu_beside_every_page_has_the_days_work(dziekanat: Client) -> None:
    page: Any = dziekanat.get("/admin/students/student/").content.decode()
    menu = page[page.index('id="nav-sidebar"') :].partition("</nav>")[0]
    assert '<a href="/admin/students/student/" aria-current="page">Studenci</a>' in menu
    assert '<a href="/admin/students/studentcard/scan/">Skanuj legitymacje</a>' in menu
    assert '<a href="/admin/mdocs/order/">Zamówienia</a>' in menu


def test_a_list_is_marked_in_the_menu_only_with_the_filters_of_its_link(admin_client: Client) -> None:
    link = '<a href="/admin/mdocs/order/?needs_attention=yes"{}>Zamówienia wymagające uwagi</a>'
    for query, is_marked in {
        "needs_attention=yes": True,
        "needs_attention=yes&o=-2": True,
        "needs_attention=no": False,
        "status__exact=ready": False,
    }.items():
        page = admin_client.get(f"/admin/mdocs/order/?{query}").content.decode()
        assert link.format(' aria-current="page"' if is_marked else "") in page, query
