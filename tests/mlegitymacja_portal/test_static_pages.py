"""The pages that anybody may read, and the start page."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mdocs.statuses import Status
from students import conditions
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import read
from tests.students.factories import make_student, make_user

pytestmark = pytest.mark.django_db
# What the ministry's technical conditions ask for in a statement.
IDS = [
    "a11y-deklaracja",
    "a11y-wstep",
    "a11y-podmiot",
    "a11y-zakres",
    "a11y-url",
    "a11y-data-publikacja",
    "a11y-data-aktualizacja",
    "a11y-status",
    "a11y-ocena",
    "a11y-data-sporzadzenie",
    "a11y-data-przeglad",
    "a11y-kontakt",
    "a11y-osoba",
    "a11y-email",
    "a11y-telefon",
    "a11y-procedura",
    "a11y-architektura",
]


@pytest.mark.parametrize(
    ("address", "cost"), [("/pomoc/", 1), ("/prywatnosc/", 0), ("/deklaracja-dostepnosci/", 0)]
)
def test_anybody_reads_them_without_a_query_but_the_one_for_the_offices(
    client: Client, address: str, cost: int
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = read(client.get(address))
    assert len(page.texts("h1")) == 1
    assert len(queries) == cost


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_help_names_the_conditions_of_this_installation(client: Client, settings: Any, rules: str) -> None:
    settings.ELIGIBILITY_RULES = rules
    page = read(client.get("/pomoc/"))
    listed = [str(condition.text) for condition in conditions.RULES[rules]]
    assert [text for text in page.texts("li") if text in listed] == listed
    assert ("jak plastikowa legitymacja (ELS)" in page.main) == (rules == "els")


def test_the_contacts_are_those_of_the_settings(client: Client, settings: Any) -> None:
    assert "dziekanat Twojego wydziału" in read(client.get("/pomoc/")).main
    settings.HELP_EMAIL, settings.HELP_PHONE = "pomoc@uczelnia.example", "12 345 67 89"
    settings.DPO_EMAIL, settings.INSTITUTION_ADDRESS = "iod@uczelnia.example", "ul. Kopernika 26"
    page = read(client.get("/pomoc/"))
    assert page.all("a", href="mailto:pomoc@uczelnia.example")
    assert "12 345 67 89" in page.main
    notice = read(client.get("/prywatnosc/"))
    assert "ul. Kopernika 26" in notice.main
    assert notice.all("a", href="mailto:iod@uczelnia.example")


def test_the_statement_has_the_parts_that_are_prescribed(client: Client, settings: Any) -> None:
    settings.HELP_EMAIL, settings.HELP_PHONE = "pomoc@uczelnia.example", "12 345 67 89"
    page = read(client.get("/deklaracja-dostepnosci/"))
    for name in IDS:
        assert [element for element in page.elements if element.attrs.get("id") == name], name
    assert "zgodna" in page.main


@pytest.mark.parametrize(
    ("status", "heading", "button"),
    [
        (None, None, "Zamów mLegitymację"),
        (Status.WAITING, "Twoje zamówienie jest przetwarzane", "Zobacz szczegóły"),
        (Status.READY, "Twoja mLegitymacja jest gotowa do pobrania", "Pobierz mLegitymację"),
        (Status.REJECTED, "Twoje zamówienie zostało odrzucone", "Zamów mLegitymację"),
    ],
)
def test_the_start_page_says_how_it_is_and_what_comes_next(
    student_client: Client, student: Student, status: Status | None, heading: str | None, button: str
) -> None:
    if status:
        make_order(student, status)
    with CaptureQueriesContext(connection) as queries:
        page = read(student_client.get("/"))
    assert len(queries) <= 4
    assert not heading or heading in page.main
    assert button in page.texts("a")


def test_the_start_page_of_who_may_not_order_says_that_something_is_missing(client: Client) -> None:
    client.force_login(make_student().user)
    assert "Nie spełniasz jeszcze wszystkich warunków." in read(client.get("/")).main


def test_the_start_page_of_staff_leads_to_the_admin(client: Client) -> None:
    client.force_login(make_user(is_staff=True))
    page = read(client.get("/"))
    assert "Przejdź do administracji" in page.texts("a")
    assert "Moje dane" not in page.texts("a")
