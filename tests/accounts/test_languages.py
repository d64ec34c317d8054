"""In which language somebody reads: their own choice, else what the browser asks for, else Polish."""

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import formats, translation

from mdocs.statuses import Status
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.mlegitymacja_portal.test_errors import urlpatterns as urls_that_break
from tests.students.factories import PASSWORD, make_user

LOGIN, PAGE, SWITCH = "/logowanie/", "/dla-studentow/moje-studia/mlegitymacja/", "/jezyk/"
COOKIE = settings.LANGUAGE_COOKIE_NAME
ENGLISH = {"Accept-Language": "en-US,en;q=0.9"}

pytestmark = pytest.mark.django_db

urlpatterns = urls_that_break
handler500 = "mlegitymacja_portal.errors.server_error"


def language_of(answer: Any) -> str:
    """The language that the page and its header name; they have to agree."""
    found = re.search(r'<html lang="([^"]+)"', answer.content.decode())
    assert found and found[1] == answer["Content-Language"]
    return found[1]


def sign_in(client: Client, user: User, address: str = LOGIN, **headers: Any) -> Any:
    """Sign in by a form."""
    return client.post(address, {"username": user.username, "password": PASSWORD}, **headers)


@pytest.mark.parametrize(
    ("asked", "language"),
    [("", "pl"), ("de", "pl"), ("en-GB", "en"), ("pl-PL,en;q=0.8", "pl"), ("fr,en;q=0.8,pl;q=0.5", "en")],
)
def test_a_stranger_reads_what_the_browser_asks_for_else_polish(
    client: Client, asked: str, language: str
) -> None:
    answer = client.get(LOGIN, headers={"Accept-Language": asked} if asked else {})
    assert language_of(answer) == language
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


def test_the_switch_leads_back_to_the_page_and_is_remembered_by_the_browser(client: Client) -> None:
    answer = client.post(SWITCH, {"language": "en", "next": f"{LOGIN}?next=/admin/"})
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/admin/")
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    page = client.get(LOGIN)
    assert language_of(page) == "en"
    assert "Sign in" in page.content.decode()
    assert language_of(client.get(LOGIN, headers={"Accept-Language": "pl"})) == "en"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example.com/", "//elsewhere.example.com/", "javascript:alert()", ""]
)
def test_the_switch_leads_nowhere_else(client: Client, address: str) -> None:
    assert client.post(SWITCH, {"language": "en", "next": address})["Location"] == "/"


def test_a_language_that_the_portal_does_not_speak_changes_nothing(
    student_client: Client, student: Student
) -> None:
    assert student_client.post(SWITCH, {"language": "xx", "next": PAGE})["Location"] == PAGE
    student.user.refresh_from_db()
    assert (COOKIE in student_client.cookies, student.user.language) == (False, "pl")


def test_opening_the_switch_by_its_address_changes_nothing(client: Client) -> None:
    assert client.get(SWITCH, {"language": "en"}).status_code == 405
    assert COOKIE not in client.cookies


def test_the_switch_needs_the_proof_that_its_form_is_ours(student: Student) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(student.user)
    assert client.post(SWITCH, {"language": "en"}).status_code == 403


def test_who_is_signed_in_keeps_the_choice_for_the_next_browser(student: Student) -> None:
    here, there = Client(), Client()
    here.force_login(student.user)
    here.post(SWITCH, {"language": "en", "next": PAGE})
    assert sign_in(there, student.user).status_code == 302
    answer = there.get(PAGE)
    assert language_of(answer) == "en"
    assert "Order an mLegitymacja" in answer.content.decode()


@pytest.mark.parametrize("address", [LOGIN, "/admin/login/"])
def test_the_accounts_language_wins_over_the_browsers(client: Client, address: str) -> None:
    user = make_user(is_staff=True, is_superuser=True, language="pl")
    client.post(SWITCH, {"language": "en", "next": address})
    sign_in(client, user, address, headers=ENGLISH)
    assert language_of(client.get("/admin/", headers=ENGLISH)) == "pl"


def test_the_first_sign_in_keeps_what_was_read_then(client: Client, student: Student) -> None:
    sign_in(client, student.user, headers=ENGLISH)
    student.user.refresh_from_db()
    assert student.user.language == "en"


def test_every_page_has_the_switch_with_each_language_in_its_own_words(
    client: Client, student: Student
) -> None:
    make_order(student, Status.READY)
    clerk = make_user(is_staff=True, is_superuser=True)
    for user, address in [
        (None, LOGIN),
        (None, "/admin/login/"),
        (student.user, PAGE),
        (student.user, "/nie-ma/?a=1&b=2"),
        (clerk, "/"),
        (clerk, "/admin/"),
        (clerk, "/admin/students/student/"),
    ]:
        if user:
            client.force_login(user)
        page = client.get(address).content.decode()
        button = (
            '<button form="language-form" type="submit" name="language" value="en" lang="en">English</button>'
        )
        assert button in page and page.count('id="language-form"') == 1
        assert '<span lang="pl" aria-current="true">polski</span>' in page
        assert f'name="next" value="{address.replace("&", "&amp;")}"' in page


@pytest.mark.urls(__name__)
def test_the_page_of_a_mistake_of_ours_has_a_language_too(client: Client) -> None:
    client.raise_request_exception = False
    assert "Coś się nie udało" in client.get("/breaks/").content.decode()
    client.cookies[COOKIE] = "en"
    answer = client.get("/breaks/")
    assert (answer.status_code, language_of(answer)) == (500, "en")
    assert "Something went wrong on our side" in answer.content.decode()


def test_the_language_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    client.cookies[COOKIE] = "en"
    with django_assert_num_queries(0):
        assert language_of(client.get("/nie-ma/")) == "en"


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [("pl", "31 marca 2027", "31-03-2027", "12\xa0345,5"), ("en", "31 March 2027", "31/03/2027", "12,345.5")],
)
def test_dates_and_numbers_are_written_as_in_the_language(
    language: str, day: str, moment: str, number: str
) -> None:
    with translation.override(language):
        assert formats.date_format(date(2027, 3, 31)) == day
        assert formats.date_format(date(2027, 3, 31), "SHORT_DATE_FORMAT") == moment
        assert formats.number_format(12345.5, force_grouping=True) == number


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", ["jeszcze 1 godzina", "jeszcze 3 godziny", "jeszcze 12 godzin", "jeszcze 22 godziny"]),
        ("en", ["1 hour left", "3 hours left", "12 hours left", "22 hours left"]),
    ],
)
def test_the_forms_of_plurals_are_those_of_the_language(language: str, words: list[str]) -> None:
    with translation.override(language):
        text = "jeszcze %(count)d godzina", "jeszcze %(count)d godzin"
        said = [translation.ngettext(*text, count) % {"count": count} for count in (1, 3, 12, 22)]
    assert said == words
