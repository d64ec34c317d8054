"""A refused passkey: it is said on the page where one was tried, and what was to be done there is not forgotten.

Those of a confirmation and of a second factor need a real passkey (tests/screens/test_passkeys.py).
"""

import pytest
from django.test import Client

from tests.accounts.test_second_factor import password_given, with_app
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db
SAID = "Portal nie przyjął tego klucza: został usunięty z konta albo minął czas."
NONE = {"credential": "{}"}


def test_at_sign_in_it_is_said_once_on_the_page_of_sign_in(client: Client) -> None:
    answer = client.post("/logowanie/klucz/", {**NONE, "next": "/moje-dane/"}, follow=True)
    assert answer.redirect_chain == [("/logowanie/?next=%2Fmoje-dane%2F", 302)]
    assert SAID in answer.content.decode()
    assert SAID not in client.get("/logowanie/").content.decode()


def test_nobody_is_led_to_another_site(client: Client) -> None:
    answer = client.post("/logowanie/klucz/", {**NONE, "next": "https://example.org/"})
    assert answer["Location"] == "/logowanie/"


def test_as_a_second_factor_it_is_said_beside_the_code() -> None:
    user = make_user()
    with_app(user)
    client = password_given(user)
    assert SAID in client.post("/logowanie/drugi-skladnik/", NONE).content.decode()
    wrong_code = client.post("/logowanie/drugi-skladnik/", {"code": "000000"}).content.decode()
    assert "Nieprawidłowy kod" in wrong_code and SAID not in wrong_code
