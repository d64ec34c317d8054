"""A refused passkey: it is said on the page where one was tried, and what was to be done there is not forgotten.

Those of a confirmation and of a second factor need a real passkey (tests/screens/test_passkeys.py).
"""

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.core.cache import cache
from django.test import Client
from prometheus_client import REGISTRY

from tests.accounts.test_second_factor import password_given, with_app
from tests.accounts.test_sessions import sign_in
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db
SAID = "Portal nie przyjął tego klucza: został usunięty z konta albo minął czas."
NONE = {"credential": "{}"}
NEW = "/konto/drugi-skladnik/klucze/nowy/"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def failures() -> list[tuple[str, str]]:
    """Who failed to sign in, and by what, as the audit log has it."""
    entries = LogEntry.objects.filter(additional_data__done="sign_in_failed").order_by("pk")
    return [(entry.object_repr, entry.additional_data.get("detail", "")) for entry in entries]


def test_at_sign_in_it_is_said_once_on_the_page_of_sign_in(client: Client) -> None:
    answer = client.post("/logowanie/klucz/", {**NONE, "next": "/moje-dane/"}, follow=True)
    assert answer.redirect_chain == [("/logowanie/?next=%2Fmoje-dane%2F", 302)]
    assert SAID in answer.content.decode()
    assert SAID not in client.get("/logowanie/").content.decode()
    assert failures() == [("–", "passkey")]


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
    assert failures() == [(user.username, "passkey"), (user.username, "factor")]


def failed(method: str) -> float:
    return REGISTRY.get_sample_value("portal_sign_ins_total", {"method": method, "outcome": "failed"}) or 0.0


def test_each_counts_as_a_failed_sign_in_and_the_audit_log_is_not_filled_with_them(client: Client) -> None:
    user = make_user()
    with_app(user)
    client = password_given(user)
    passkeys, codes = failed("passkey"), failed("factor")
    for _ in range(30):
        client.post("/logowanie/drugi-skladnik/", NONE)
    Client().post("/logowanie/klucz/", NONE)
    assert failed("passkey") == passkeys + 31
    of_account, of_nobody = [(user.username, "passkey")] * 20, [("–", "passkey")]
    assert failures() == [*of_account, (user.username, "left_out"), *of_nobody]
    client.post("/logowanie/drugi-skladnik/", {"code": "000000"})
    assert failed("factor") == codes + 1


NO_PASSKEYS = [
    *(
        "",
        "null",
        "[]",
        "1",
        '"x"',
        "{" * 5_000,
        "[" * 5_000,
        '{"id": 1}',
        '{"response": 1}',
        '{"rawId": null}',
    ),
    '{"id": "\\u0000", "rawId": "\\u0000", "response": {}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "W10", "authenticatorData": "", "signature": "AA"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "/w"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
]


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_whatever_is_sent_as_one_is_refused(client: Client, credential: str) -> None:
    sent = {"credential": credential, "name": "x"}
    answer = client.post("/logowanie/klucz/", sent)
    assert answer["Location"] == "/logowanie/"
    user = make_user()
    client = sign_in(user)
    client.get(NEW)
    assert client.post(NEW, sent).status_code == 200
    assert not Authenticator.objects.exists()
    with_app(user)
    assert SAID in password_given(user).post("/logowanie/drugi-skladnik/", sent).content.decode()


@pytest.mark.parametrize("name", ["x" * 61, "klucz\u202egpj", "klucz\x07"])
def test_a_name_that_nobody_could_read_is_refused(client: Client, name: str) -> None:
    client = sign_in(make_user())
    page = client.post(NEW, {"credential": "{}", "name": name})
    assert page.context["form"].errors["name"]
