"""What goes wrong before a method is reached, or inside it by our fault, is told in the contract's words as well."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.test import Client

from students.models import Student
from tests.mdocs.page.html import read
from tests.usos_api.phone import FORM, SERVER, Answer, Phone

MCARD, AUTHORIZE = "services/cards/mcard", "/services/oauth/authorize?oauth_token=x"


def check(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.content
    assert answer.json["message"]
    told = answer.json["user_messages"]["generic_message"]
    assert told["pl"] and told["en"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "body",
    ["a=" + "x" * 2_000_000, "&".join(f"a{number}=1" for number in range(2000))],
    ids=["large", "many"],
)
def test_more_than_anybody_sends(phone: Phone, method: str, body: str) -> None:
    check(phone.send(f"{SERVER}/{MCARD}", {"Content-Type": FORM}, body, method), 400)


def test_fields_of_ten_thousand_names_and_brackets_without_end(phone: Phone) -> None:
    many = phone.call(MCARD, "POST", fields="|".join(["orders[id]"] * 10_000))
    assert (many.status, many.json) == (200, {"orders": []})
    check(phone.call(MCARD, "POST", fields="orders[" * 50_000), 400)


@pytest.mark.parametrize("letters", ["iso-8859-2", "utf-16", "cp037", "nonsense"])
def test_parameters_are_utf_8_whatever_the_content_type_says(phone: Phone, letters: str) -> None:
    url, headers, body = phone.sign(f"{SERVER}/{MCARD}", "POST", body=f"fields={quote('zażółć')}")
    headers["Content-Type"] += f"; charset={letters}"
    answer = phone.send(url, headers, body, "POST")
    assert answer.json["field_name"] == "zażółć"


def test_an_address_without_a_method(phone: Phone) -> None:
    check(phone.send(f"{SERVER}/services/", {}), 404)


def test_a_host_that_is_not_ours(phone: Phone) -> None:
    check(phone.send(f"{SERVER}/{MCARD}", {"Host": "elsewhere.example"}), 400)


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("personal"), 500), (OperationalError("personal"), 503)]
)
def test_a_mistake_of_ours_and_a_database_that_is_away(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def broken(*_args: object) -> None:
        raise error

    monkeypatch.setattr("usos_api.services.cards.eligibility_of", broken)
    phone.http.raise_request_exception = False
    answer = phone.call(MCARD)
    check(answer, status)
    assert "personal" not in answer.content.decode()
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_who_has_looked_at_the_question_for_too_long_is_told_so_on_a_page(student: Student) -> None:
    browser: Any = Client(enforce_csrf_checks=True)
    browser.force_login(student.user)
    answer = browser.post(AUTHORIZE, {"agree": "1"}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 403
    assert read(answer).texts("h1") == ["Formularz stracił ważność"]
    program = browser.post(AUTHORIZE, {"agree": "1"})
    assert program.status_code == 403 and program.json()["message"]
