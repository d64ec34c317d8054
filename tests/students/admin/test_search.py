"""A student is found by whatever is at hand; a PESEL is looked up by its index and stays out of addresses."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from students.admin.search import find_pesel, students_matching
from students.models import Faculty, Student
from students.roles import CLERK
from tests.students.admin.pages import ENROLMENTS, SEARCH, STUDENTS, listed, look_of, said, signed_in
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
)

pytestmark = pytest.mark.django_db
ANNA = "02270803624"
NOBODYS = "44051401359"


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def student(faculty: Faculty) -> Student:
    """Łucja, with a card, at the clerk's faculty."""
    found = make_student(first_names="Łucja Ewa", last_name="Wójcik-Żak", album_number="654321", pesel=ANNA)
    make_enrolment(found, programme=make_programme(faculty=faculty))
    make_card(found, barcode_number="9077")
    return found


@pytest.fixture
def dziekanat(faculty: Faculty) -> Client:
    """A browser of a clerk of that faculty."""
    return signed_in(make_member(CLERK, faculty))


@pytest.fixture(autouse=True)
def others(faculty: Faculty) -> None:
    """Somebody else at the same faculty, whom no search of this page is for."""
    make_enrolment(
        make_student(last_name="Lis", first_names="Jan"), programme=make_programme(faculty=faculty)
    )


def test_a_student_is_found_by_names_album_number_and_barcode(dziekanat: Client, student: Student) -> None:
    answer = dziekanat.post(SEARCH, {"q": " żak 654321"})
    assert list(dziekanat.get(answer["Location"]).context["cl"].result_list) == [student]
    for words in ("654321", "6543", "Wójcik", "WOJCIK", "zak", "lucja", "ewa wojcik", "9077", "lucja 9077"):
        assert list(students_matching(words)) == [student], words


@pytest.mark.parametrize("words", ["907", "ójcik", "wojcik 111", "%", "_", "' OR 1=1", "\0"])
def test_what_belongs_to_nobody_finds_nobody(dziekanat: Client, student: Student, words: str) -> None:
    answer = dziekanat.post(SEARCH, {"q": words})
    found = dziekanat.get(answer["Location"]).context["cl"]
    assert list(found.result_list) == [] or found.query == ""  # what no text can hold is not searched for


@pytest.mark.parametrize("typed", [ANNA, f" {ANNA} ", "022708-03624", "02 27 08 03624", f"Wójcik {ANNA}"])
def test_a_pesel_leads_to_the_students_page_and_stands_in_no_address(
    dziekanat: Client, student: Student, typed: str
) -> None:
    answer = dziekanat.post(SEARCH, {"q": typed, "level": "doctoral"})
    assert answer["Location"] == look_of(student)


def test_a_pesel_is_looked_up_by_its_index_alone(dziekanat: Client, student: Student) -> None:
    with CaptureQueriesContext(connection) as queries:
        dziekanat.post(SEARCH, {"q": ANNA})
    asked = [query["sql"] for query in queries if "students_student" in query["sql"]]
    assert len(asked) == 1
    assert '"pesel_index" = ' in asked[0]
    assert '"pesel"' not in asked[0]
    assert ANNA not in asked[0]


def test_a_number_of_eleven_digits_may_be_that_of_a_card_or_an_album(
    dziekanat: Client, faculty: Faculty, student: Student
) -> None:
    other = make_student(album_number="12345678901")
    make_enrolment(other, programme=make_programme(faculty=faculty))
    make_card(other, barcode_number="10987654321")
    for number in ("12345678901", "10987654321"):
        assert dziekanat.post(SEARCH, {"q": number})["Location"] == look_of(other)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (NOBODYS, "Nikt na Twoich wydziałach nie ma tego numeru PESEL."),
        ("02270803625", "Ten numer PESEL zawiera błąd: nie zgadza się cyfra kontrolna."),
    ],
)
def test_a_pesel_of_nobody_leads_back_to_the_list_with_its_filters(
    dziekanat: Client, student: Student, number: str, message: str
) -> None:
    answer = dziekanat.post(SEARCH, {"q": number, "level": "doctoral"})
    assert answer["Location"] == f"{STUDENTS}?level=doctoral"
    assert said(answer) == [message]


def test_a_pesel_at_another_faculty_is_a_pesel_of_nobody(dziekanat: Client) -> None:
    elsewhere = make_student(pesel=NOBODYS)
    make_enrolment(elsewhere)
    answer = dziekanat.post(SEARCH, {"q": NOBODYS})
    assert answer["Location"] == STUDENTS
    assert said(answer) == ["Nikt na Twoich wydziałach nie ma tego numeru PESEL."]


@pytest.mark.parametrize("address", [STUDENTS, ENROLMENTS, "/admin/students/photo/"])
def test_an_address_with_a_pesel_is_left_at_once_and_searches_for_nothing(
    dziekanat: Client, student: Student, address: str
) -> None:
    answer = dziekanat.get(address, {"q": "022708-03624", "o": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?o=1")
    assert "nie może stać w adresie" in said(answer)[0]


def test_autocompletion_finds_no_pesel(dziekanat: Client, student: Student) -> None:
    def offered(term: str) -> list[Any]:
        query = {"app_label": "students", "model_name": "enrolment", "field_name": "student", "term": term}
        answer = dziekanat.get("/admin/autocomplete/", query)
        return [each["id"] for each in answer.json()["results"]]

    assert offered("wojcik") == [str(student.pk)]
    assert offered(ANNA) == []


def test_the_form_is_posted_with_the_filters_that_are_chosen(dziekanat: Client, student: Student) -> None:
    page = dziekanat.get(STUDENTS, {"q": "zak", "level": "first_cycle"}).content.decode()
    form = page[page.index('id="changelist-search"') : page.index('id="searchbar_helptext"')]
    assert f'method="post" role="search" action="{SEARCH}"' in form
    assert "csrfmiddlewaretoken" in form
    assert 'name="level" value="first_cycle"' in form
    assert 'name="q" value="zak"' in form


@pytest.mark.parametrize("address", [ENROLMENTS, "/admin/students/photo/"])
def test_enrolments_and_photos_are_found_by_their_student(
    dziekanat: Client, student: Student, address: str
) -> None:
    found = listed(dziekanat, address, q="zak 654321")
    assert [row.student for row in found] == [student]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (ANNA, ANNA),
        ("0227 0803 624", ANNA),
        ("022708\u201303624", ANNA),
        (f"x{ANNA}", ANNA),
        ("0227080362", None),
        ("022708036245", None),
        ("Nowak", None),
        (f"7 {ANNA}", ANNA),
    ],
)
def test_what_looks_like_a_pesel(text: str, number: str | None) -> None:
    assert find_pesel(text) == number


LISTS = [ENROLMENTS, "/admin/students/studentcard/", "/admin/mdocs/order/", "/admin/mdocs/orderevent/"]


@pytest.mark.parametrize("address", LISTS)
def test_what_is_typed_above_any_list_is_posted_and_a_pesel_leads_to_the_student(
    dziekanat: Client, student: Student, address: str
) -> None:
    page = dziekanat.get(address, follow=True).content.decode()
    assert f'method="post" role="search" action="{SEARCH}"' in page
    assert f'name="list" value="{address}"' in page
    assert dziekanat.post(SEARCH, {"q": ANNA, "list": address})["Location"] == look_of(student)
    nobodys = dziekanat.post(SEARCH, {"q": NOBODYS, "list": address, "o": "1"})
    assert nobodys["Location"] == f"{address}?o=1"
    assert dziekanat.post(SEARCH, {"q": "zak", "list": address})["Location"] == f"{address}?q=zak"
    # No PESEL: the number of a card, say.
    assert dziekanat.post(SEARCH, {"q": "98765432109", "list": address})["Location"].endswith("98765432109")


@pytest.mark.parametrize(
    "address", ["//elsewhere.example/", "https://elsewhere.example", "/", "/admin/", "x"]
)
def test_a_search_leads_to_a_list_of_the_admin_and_nowhere_else(dziekanat: Client, address: str) -> None:
    assert dziekanat.post(SEARCH, {"q": "zak", "list": address})["Location"] == f"{STUDENTS}?q=zak"


def test_a_pesel_typed_by_somebody_who_may_not_see_students_leads_to_nobody(student: Student) -> None:
    reader = signed_in(make_clerk("mdocs.view_order"))
    answer = reader.post(SEARCH, {"q": ANNA, "list": "/admin/mdocs/order/"})
    assert answer["Location"] == "/admin/mdocs/order/"
