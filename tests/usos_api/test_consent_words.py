"""What a user is told before letting an application in, and after refusing it or coming too late."""

import pytest
from django.test import Client

from students.models import Student
from tests.mdocs.page.html import read
from tests.usos_api.conftest import APP_CALLBACK, CALLBACK
from tests.usos_api.phone import Phone
from tests.usos_api.test_consent import AUTHORIZE, EXCHANGE, HTML, address, agree, ask, exchanged
from usos_api.models import Consent


def test_the_question_names_all_that_every_application_is_shown(
    stranger: Phone, student_client: Client, student: Student
) -> None:
    asking = ask(stranger, scopes="")
    asked = read(student_client.get(address(asking))).main
    for told in ("imiona", "nazwisko", "płeć", "numer albumu", "studiujesz lub pracujesz"):
        assert told in asked
    verifier = agree(student_client, asking).rpartition("=")[2]
    phone = exchanged(asking.call(EXCHANGE, oauth_verifier=verifier), asking)
    shown = "first_name|middle_names|last_name|sex|student_number|student_status|staff_status"
    assert phone.call("services/users/user", fields=shown).status == 200
    for hidden in ("email", "pesel", "birth_date", "student_programmes"):
        assert not phone.call("services/users/user", fields=hidden).json[hidden]


def test_a_refusal_leaves_what_was_agreed_to_before_and_says_so(
    stranger: Phone, student_client: Client
) -> None:
    first = ask(stranger, "oob")
    assert "wcześniejsza zgoda" not in read(student_client.post(address(first), {})).main
    agree(student_client, ask(stranger))
    again = ask(stranger, "oob", scopes="cards|photo")
    assert "Twoja wcześniejsza zgoda nadal działa" in read(student_client.post(address(again), {})).main
    assert Consent.objects.exists()


def test_whoever_comes_too_late_is_told_to_begin_anew(stranger: Phone, student_client: Client) -> None:
    page = read(student_client.get(f"{AUTHORIZE}?oauth_token=nothing", headers=HTML)).main
    assert "prośba aplikacji o dostęp jest już nieaktualna" in page
    assert "zacznij w niej logowanie od nowa" in page


def test_a_problem_is_told_in_the_language_of_the_reader(stranger: Phone, student_client: Client) -> None:
    headers = HTML | {"Accept-Language": "en"}
    page = read(student_client.get(f"{AUTHORIZE}?oauth_token=nothing", headers=headers)).main
    assert "request for access is out of date" in page


@pytest.mark.parametrize(
    ("callback", "told", "leads_to"),
    [
        (CALLBACK, "przejdziesz na stronę: app.example.edu.pl", " https://app.example.edu.pl"),
        (APP_CALLBACK, "wrócisz do aplikacji na tym urządzeniu", " musos:"),
        ("oob", "zobaczysz kod PIN", ""),
    ],
)
def test_the_question_says_where_the_answer_leads_and_it_leads_nowhere_else(
    stranger: Phone, student_client: Client, callback: str, told: str, leads_to: str
) -> None:
    answer = student_client.get(address(ask(stranger, callback)))
    (place,) = read(answer).texts("p", **{"class": "consent-place"})
    assert told in place
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert f"form-action 'self'{leads_to}" in policy
