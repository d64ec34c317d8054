"""Clients that others wrote, unchanged, against the running portal: they get in, call, and are let out again."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.httpx_client import OAuth1Client
from authlib.integrations.requests_client import OAuth1Session as AuthlibSession
from pytest_django.live_server_helper import LiveServer
from requests_oauthlib import OAuth1Session

from mdocs.statuses import Status
from students.models import Student
from tests.published import python
from tests.students.factories import make_eligible_student, make_user
from tests.usos_api.conftest import APP_CALLBACK, CALLBACK
from tests.usos_api.people import Person
from tests.usos_api.phone import let_in
from usos_api.methods import METHODS
from usos_api.models import Consumer

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS = "why_cannot_order|orders[id|status]"


@pytest.fixture
def anna(transactional_db: None) -> Student:
    """Return a student who may order, and signs in as `anna`."""
    return make_eligible_student(user=make_user("anna"))


@pytest.fixture
def base(live_server: LiveServer) -> str:
    """Return where the portal is."""
    return f"{live_server.url}/"


@pytest.mark.parametrize("place", ["AUTH_HEADER", "QUERY", "BODY"])
@pytest.mark.parametrize("callback", ["oob", APP_CALLBACK])
def test_requests_oauthlib(base: str, anna: Student, consumer: Consumer, place: str, callback: str) -> None:
    client = OAuth1Session(
        consumer.key, client_secret=consumer.secret, callback_uri=callback, signature_type=place
    )
    client.fetch_request_token(f"{base}services/oauth/request_token?scopes=cards|email")
    answered = Person(base, "anna").let_in(client.authorization_url(f"{base}services/oauth/authorize"))
    if callback == "oob":
        client._client.client.verifier = answered
    else:
        client.parse_authorization_response(answered)
    client.fetch_access_token(f"{base}services/oauth/access_token")
    get, query = (client.post, "data") if place == "BODY" else (client.get, "params")  # it signs no GET so
    shown = get(f"{base}services/cards/mcard", **{query: {"fields": FIELDS}}).json()
    assert shown == {"why_cannot_order": None, "orders": []}
    assert client.post(f"{base}services/cards/make_mcard_order").json() == {"success": True}
    shown = client.post(f"{base}services/cards/mcard", data={"fields": FIELDS}).json()
    assert [order["status"] for order in shown["orders"]] == ["pending"]
    url = f"{base}services/cards/revoke_mcard?order_id={shown['orders'][0]['id']}"
    assert get(url).json() == {"success": True}
    assert anna.orders.get().status == Status.CANCELLED
    assert get(f"{base}services/oauth/revoke_token").json() == {"success": True}
    assert get(f"{base}services/cards/mcard").status_code == 401


@pytest.mark.parametrize("place", ["HEADER", "QUERY", "BODY"])
def test_authlib(base: str, anna: Student, consumer: Consumer, place: str) -> None:
    client: Any = AuthlibSession(consumer.key, consumer.secret, redirect_uri=CALLBACK, signature_type=place)
    client.fetch_request_token(f"{base}services/oauth/request_token?scopes=cards%7Cpersonal")
    back = Person(base, "anna").let_in(client.create_authorization_url(f"{base}services/oauth/authorize"))
    assert back.startswith(CALLBACK)
    client.parse_authorization_response(back)
    client.fetch_access_token(f"{base}services/oauth/access_token")
    user = client.get(f"{base}services/users/user?fields=id|pesel").json()
    assert user == {"id": str(anna.user_id), "pesel": anna.pesel}
    assert client.post(f"{base}services/cards/mcard", data={"fields": FIELDS}).json()["orders"] == []
    assert client.get(f"{base}services/cards/user").json()[0]["user"]["first_name"] == "Anna"


def test_authlib_over_httpx(base: str, anna: Student, consumer: Consumer) -> None:
    with OAuth1Client(consumer.key, consumer.secret, redirect_uri="oob", trust_env=False) as client:
        token = client.fetch_request_token(f"{base}services/oauth/request_token")
        address = client.create_authorization_url(f"{base}services/oauth/authorize", token["oauth_token"])
        pin = Person(base, "anna").let_in(address)
        client.fetch_access_token(f"{base}services/oauth/access_token", pin)
        assert client.post(f"{base}services/users/user").json()["last_name"] == "Nowak"


@pytest.mark.parametrize("callback", ["oob", CALLBACK])
@pytest.mark.parametrize("interpreter", [lambda: sys.executable, python], ids=["0.3.3", "0.4.1"])
def test_usos_api(
    base: str, anna: Student, consumer: Consumer, callback: str, interpreter: Callable[[], str]
) -> None:
    script = Path(__file__).parent / "clients" / "usos_client.py"
    command = [interpreter(), "-I", str(script), base, consumer.key, consumer.secret, callback]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout and client.stdin and client.stderr
        address = json.loads(client.stdout.readline())["address"]
        answered = Person(base, "anna").let_in(address)
        if callback != "oob":
            answered = parse_qs(urlsplit(answered).query)["oauth_verifier"][0]
        said, complaint = client.communicate(f"{answered}\n", timeout=60)
    told: dict[str, Any] = {}
    for line in said.splitlines():
        told |= json.loads(line)
    assert client.returncode == 0, complaint
    assert told["connected"] is True
    assert told["user"]["id"] == anna.user_id
    assert told["user"]["student_status"] == 2
    assert told["user"]["photo_urls"]["original"].startswith(base)
    assert [term["id"] for term in told["terms"]] == ["2026/2027-Z", "2026/2027-L"]
    assert told["term"]["name"] == {"pl": "Rok akademicki 2026/2027", "en": "Academic year 2026/2027"}
    assert told["user"]["student_programmes"][0]["programme"]["name"]["en"].startswith("programme")
    assert told["again"]["pesel"] == anna.pesel
    assert told["consumer"]["token_scopes"] == ["cards", "email", "personal", "photo", "studies"]
    assert set(told["methods"]) == set(METHODS)
    assert told["method"]["auth_options"]["token"] == "required"
    assert "services/cards/mcard" in told["module"]["methods"]
    assert told["by_get"] == {"orders": [], "why_cannot_order": None}
    assert told["cards"] == 1
    assert told["by_post"] == {"success": True}
    assert told["order"] == {"id": str(anna.orders.get().pk), "status": "pending", "token": None}
    assert "401" in told["refused"]


@pytest.mark.parametrize("interpreter", [lambda: sys.executable, python], ids=["0.3.3", "0.4.1"])
def test_usos_api_gets_its_default_user_without_a_scope(
    base: str, anna: Student, consumer: Consumer, interpreter: Callable[[], str]
) -> None:
    phone = let_in(consumer, anna.user, "offline_access")
    script = Path(__file__).parent / "clients" / "usos_client.py"
    call = [interpreter(), "-I", str(script), base, consumer.key, consumer.secret]
    client = subprocess.run(
        [*call, str(phone.token), str(phone.token_secret)], capture_output=True, text=True, timeout=60
    )
    assert client.returncode == 0, client.stderr
    user = json.loads(client.stdout)["user"]
    assert (user["id"], user["first_name"], user["sex"]) == (anna.user_id, "Anna", "F")
    assert (user["email"], user["photo_urls"], user["student_programmes"]) == (None, {}, [])
