"""A student with a phone and a browser, at the whole running portal."""

import http.client
import json
from typing import Any
from urllib.parse import quote

import pytest
from oauthlib import oauth1
from requests_oauthlib import OAuth1Session

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER, Visitor
from tests.usos_api.people import Person
from tests.waiting import PATIENCE, wait_until

FIELDS = "orders[id|status|token|distribution_pass]|why_cannot_order"


class App:
    """An application on a student's phone, with their consent."""

    def __init__(self, stack: Stack, student: Visitor) -> None:
        ((self.key, self.secret),) = stack.manage("register_app")
        self.base = f"{stack.url}/services"
        self.http = OAuth1Session(self.key, client_secret=self.secret, callback_uri="oob")
        self.http.fetch_request_token(f"{self.base}/oauth/request_token?scopes=cards%7Coffline_access")
        question = self.http.authorization_url(f"{self.base}/oauth/authorize")
        pin = Person(stack.url, student.username).let_in(question)
        self.token = self.http.fetch_access_token(f"{self.base}/oauth/access_token", verifier=pin)

    def orders(self) -> Any:
        """The student's orders."""
        return self.http.get(f"{self.base}/cards/mcard", params={"fields": FIELDS}).json()["orders"]

    def raw(
        self, stack: Stack, target: str, scheme: str = "http", **headers: str
    ) -> http.client.HTTPResponse:
        """Send an address as it is, which libraries would put right first."""
        signer = oauth1.Client(
            self.key,
            client_secret=self.secret,
            resource_owner_key=self.token["oauth_token"],
            resource_owner_secret=self.token["oauth_token_secret"],
        )
        host = f"127.0.0.1:{stack.portal.port}"
        _, signed, _ = signer.sign(f"{scheme}://{host}{quote(target, safe='/?=&')}")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        connection.putrequest("GET", target)
        for name, value in (signed | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()


@pytest.fixture
def student(stack: Stack) -> Visitor:
    """Return a student at a browser who has ordered nothing yet."""
    (student,) = stack.students(1)
    return student


def test_what_is_ordered_on_the_phone_is_on_the_page_and_the_other_way_round(
    stack: Stack, student: Visitor
) -> None:
    app = App(stack, student)
    assert app.http.get(f"{app.base}/cards/make_mcard_order").json() == {"success": True}
    assert ORDER not in student.look().buttons
    stack.wait_until_ready([student])
    (order,) = app.orders()
    assert order["status"] == "ready"
    assert order["token"] and order["distribution_pass"]
    student.send(student.press("Unieważnij mLegitymację"), "Unieważnij mLegitymację")
    wait_until(lambda: [each["status"] for each in app.orders()] == ["revoked"], PATIENCE)
    student.press(ORDER)
    assert [each["status"] for each in app.orders()][1:] == ["revoked"]
    number = app.orders()[0]["id"]
    assert app.http.post(f"{app.base}/cards/revoke_mcard", data={"order_id": number}).json() == {
        "success": True
    }


def test_addresses_are_read_as_clients_write_them(stack: Stack, student: Visitor) -> None:
    app = App(stack, student)
    for tail in ("?", "?fields=orders[id|status]|why_cannot_order"):
        answer = app.raw(stack, f"/services/cards/mcard{tail}")
        assert answer.status == 200, answer.read()
        assert json.load(answer)["orders"] == []
    behind_tls = app.raw(stack, "/services/cards/mcard", "https", **{"X-Forwarded-Proto": "https"})
    assert behind_tls.status == 200, behind_tls.read()
    assert app.raw(stack, "/services/cards/mcard", "https").status == 401
