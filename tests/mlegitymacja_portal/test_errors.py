"""What somebody sees when something goes wrong: in Polish, with the right status, and whether anything was lost."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from accounts.sessions import SessionStore
from mlegitymacja_portal.urls import handler400, handler403, handler404, handler500
from mlegitymacja_portal.urls import urlpatterns as portals
from students.models import User
from tests.mdocs.page.html import read

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
__all__ = ["handler400", "handler403", "handler404", "handler500"]


def breaks(request: HttpRequest) -> HttpResponse:
    """Fail, with a PESEL in a local variable."""
    pesel = "02270803624"
    raise RuntimeError(f"broken for {len(pesel)} digits")


urlpatterns = [*portals, path("breaks/", breaks), path("api/breaks/", breaks)]


@pytest.mark.django_db
def test_opening_an_action_by_its_address_says_that_nothing_has_changed(student_client: Client) -> None:
    answer = student_client.get(f"{PAGE}zamow/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert_page(answer, "Tego adresu nie można tak otworzyć", "nic nie zostało zmienione")


@pytest.mark.django_db
def test_an_address_that_is_not_there(client: Client) -> None:
    answer = client.get("/nie-ma-mnie/")
    assert answer.status_code == 404
    assert_page(answer, "Nie ma takiej strony", "Sprawdź adres")


@pytest.mark.django_db
def test_a_form_without_its_token(student: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(student.user)
    answer = client.post(f"{PAGE}zamow/")
    assert answer.status_code == 403
    assert_page(answer, "Formularz stracił ważność", "Nic nie zostało wysłane")
    assert not student.orders.exists()


@pytest.mark.django_db
def test_a_request_that_cannot_be_understood(client: Client) -> None:
    answer = client.get("/logowanie/", headers={"Host": "elsewhere.example.com"})
    assert answer.status_code == 400
    assert_page(answer, "Nie rozumiemy tego żądania", "Nic nie zostało zmienione")


def test_a_mistake_of_ours_is_explained_without_a_database(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get("/breaks/")
    assert answer.status_code == 500
    assert_page(answer, "Coś się nie udało po naszej stronie", "zamówienia są bezpieczne")
    assert "02270803624" not in answer.content.decode()


@pytest.mark.parametrize(("method", "offered"), [("get", True), ("post", False)])
def test_what_was_only_looked_at_can_be_asked_for_again(settings: Any, method: str, offered: bool) -> None:
    settings.ROOT_URLCONF = __name__
    answer = getattr(Client(raise_request_exception=False), method)("/breaks/?strona=2&x=%22")
    assert ('href="/breaks/?strona=2&amp;x=%22"' in answer.content.decode()) is offered


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/admin/usos_api/consumer/", 403, "poproś o nie administratora portalu"),
        ("/admin/nie-ma/", 404, "zacznij od strony głównej administracji"),
        ("/admin/usos_api/consumer/1/renew/", 405, "nic nie zostało zmienione"),
    ],
)
def test_who_works_in_the_office_stays_in_the_office(
    settings: Any, clerk: User, path: str, status: int, told: str
) -> None:
    client = Client()
    client.force_login(clerk)
    answer = client.get(path)
    assert answer.status_code == status
    assert_page(answer, told)
    page = read(answer)
    assert page.all("form", id="logout-form"), "the office's own frame"
    assert "Wróć na stronę główną administracji" in page.texts("a", href="/admin/")
    assert "zgłoś się do dziekanatu" not in page.main


@pytest.mark.django_db
def test_who_does_not_work_in_the_office_is_shown_the_portal(student_client: Client) -> None:
    page = read(student_client.get("/admin/nie-ma/", follow=True))
    assert not page.all("form", id="logout-form")


def test_a_database_that_is_away_is_a_portal_that_is_back_soon(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(SessionStore, "load", away)
    client.cookies["sessionid"] = "a" * 32
    client.raise_request_exception = False
    answer = client.get(PAGE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert_page(answer, "Portal jest chwilowo niedostępny", "zamówienia są bezpieczne")


@pytest.mark.parametrize(
    ("address", "status"), [("/api/breaks/", 500), ("/api/nothing/", 404), ("/services/nothing", 404)]
)
def test_programs_get_json(settings: Any, address: str, status: int) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == status
    told = answer.json()
    assert told["message"] if address.startswith("/services/") else told["title"]


def assert_page(answer: Any, *texts: str) -> None:
    """It is a page with one heading, and says this."""
    page = answer.content.decode()
    assert answer["Content-Type"].startswith("text/html")
    assert page.count("<h1>") == 1
    for text in texts:
        assert text in page
