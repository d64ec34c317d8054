"""Every error of the contract, by the call that makes it: its status and members, both languages, nothing changed.

docs/api.md has the same table for people; the last test compares the two.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from mdocs.models import OrderEvent
from mdocs.statuses import Status
from students.models import CardExtension, Student, User
from tests.mdocs.factories import make_order
from tests.structure.tree import ROOT
from tests.usos_api.phone import SERVER, Answer, Phone, let_in
from usos_api.methods import METHODS
from usos_api.models import AccessToken, Consumer, RequestToken
from usos_api.oauth import tokens


@dataclass
class Scene:
    """Everybody whom a call may need."""

    phone: Phone
    stranger: Phone
    gate: Phone
    consumer: Consumer
    office: Consumer
    student: Student
    other: Student

    def with_scopes(self, *scopes: str, **fields: Any) -> Phone:
        """Give a phone that was let in to no more than this."""
        return let_in(self.consumer, self.student.user, *scopes, **fields)


@pytest.fixture
def scene(
    phone: Phone,
    stranger: Phone,
    gate: Phone,
    consumer: Consumer,
    office: Consumer,
    student: Student,
    other_student: Student,
) -> Scene:
    """Return everybody."""
    return Scene(phone, stranger, gate, consumer, office, student, other_student)


@dataclass(frozen=True)
class Row:
    """A call, and the error that it makes."""

    what: str
    call: Callable[[Scene], Answer]
    status: int
    error: str = ""
    members: dict[str, Any] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()


def wrong_signature(scene: Scene) -> Answer:
    return Phone(scene.phone.key, "wrong", scene.phone.token, scene.phone.token_secret).call(MAKE)


def replay(scene: Scene) -> Answer:
    signed = scene.phone.sign(f"{SERVER}/services/cards/mcard")
    assert scene.phone.send(*signed).status == 200
    return scene.phone.send(*signed)


def expired(scene: Scene) -> Answer:
    now = timezone.now()
    times = {"created_at": now - timedelta(hours=3), "expires_at": now - timedelta(seconds=1)}
    return scene.with_scopes("cards", **times).call(MAKE)


def revoked(scene: Scene) -> Answer:
    AccessToken.objects.revoke(timezone.now())
    return scene.phone.call(MAKE)


def wrong_consumer(scene: Scene) -> Answer:
    phone = scene.phone
    return Phone(scene.office.key, scene.office.secret, phone.token, phone.token_secret).call(MAKE)


def old(scene: Scene) -> Answer:
    return scene.phone.call(MAKE, signing={"timestamp": "1000000000"})


def somebody_elses(scene: Scene) -> Answer:
    return scene.phone.call(REVOKE, order_id=str(make_order(scene.other).pk))


def ended(scene: Scene) -> Answer:
    return scene.phone.call(REVOKE, order_id=str(make_order(scene.student, Status.REVOKED).pk))


def ordered(scene: Scene) -> Answer:
    make_order(scene.student)
    return scene.phone.call(MAKE)


def refused_photo(scene: Scene) -> Answer:
    make_order(scene.student, Status.REJECTED, rejection_code="photo_rejected")
    return scene.phone.call(MAKE)


def no_photo(scene: Scene) -> Answer:
    Student.objects.filter(pk=scene.student.pk).update(photo=None)
    return scene.phone.call(MAKE)


def too_many(scene: Scene) -> Answer:
    few = replace(METHODS[ASK], bursts=3)
    with patch.dict(METHODS, {ASK: few}):
        answers = [scene.stranger.call(ASK, "POST", oauth_callback="oob") for _ in range(4)]
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    RequestToken.objects.all().delete()
    return answers[3]


def too_many_calls(scene: Scene) -> Answer:
    none = settings.RATE_LIMITS | {"services": (0, 60)}
    with override_settings(RATE_LIMITS=none):
        return scene.phone.call(USER)


def exchange(scene: Scene, *, authorised: bool) -> Answer:
    asked = dict(parse_qsl(scene.stranger.call(ASK, oauth_callback="oob").content.decode()))
    if authorised:
        tokens.authorise(RequestToken.objects.get(), scene.student.user, timezone.now())
    asking = Phone(
        scene.stranger.key, scene.stranger.secret, asked["oauth_token"], asked["oauth_token_secret"]
    )
    answer = asking.call("services/oauth/access_token", oauth_verifier="1")
    RequestToken.objects.all().delete()
    return answer


def without_nonce(scene: Scene) -> Answer:
    url, headers, _ = scene.phone.sign(f"{SERVER}/{MAKE}")
    header = re.sub(r'oauth_nonce="\d+", ', "", headers["Authorization"])
    return scene.phone.send(url, {"Authorization": header})


def switched_off(scene: Scene) -> Answer:
    Consumer.objects.update(is_active=False)
    return scene.phone.call(MAKE)


def not_active(scene: Scene) -> Answer:
    User.objects.filter(pk=scene.student.user_id).update(is_active=False)
    return scene.phone.call(MAKE)


def two_values(scene: Scene) -> Answer:
    url, headers, _ = scene.phone.sign(f"{SERVER}/{REVOKE}?order_id={NOBODY}")
    return scene.phone.send(f"{url}&order_id=1", headers)


def too_large(scene: Scene) -> Answer:
    return scene.phone.call(MAKE, "POST", more="x" * 1_100_000)


def without_redis(scene: Scene) -> Answer:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        return scene.phone.call(MAKE)


def over_http(scene: Scene) -> Answer:
    with override_settings(SECURE_SSL_REDIRECT=True):
        return scene.phone.call(MAKE)


ASK, MAKE = "services/oauth/request_token", "services/cards/make_mcard_order"
MCARD, ORDER, REVOKE = "services/cards/mcard", "services/cards/mcard_order", "services/cards/revoke_mcard"
EXTEND, CARD = "services/cards/mark_student_card_prolonged", "services/cards/card"
USER = "services/users/user"
NOBODY = "0f7f2f04-0000-4000-8000-000000000000"

TABLE = [
    Row("unknown method", lambda s: s.phone.call("services/cards/nothing"), 404),
    Row("wrong signature", wrong_signature, 401),
    Row("replay", replay, 401),
    Row("old timestamp", old, 401),
    Row("expired token", expired, 401),
    Row("revoked token", revoked, 401),
    Row("token of another consumer", wrong_consumer, 401),
    Row("OAuth parameter missing", without_nonce, 401),
    Row("consumer switched off", switched_off, 401),
    Row("account not active", not_active, 401),
    Row("request token nobody authorised", lambda s: exchange(s, authorised=False), 401),
    Row(
        "unsigned",
        lambda s: Phone("", "").send(f"{SERVER}/{MAKE}", {}),
        403,
        "method_forbidden",
        {"reason": "consumer_missing"},
    ),
    Row("no user", lambda s: s.stranger.call(MAKE), 403, "method_forbidden", {"reason": "user_missing"}),
    Row(
        "wrong scope",
        lambda s: s.with_scopes("email").call(MAKE),
        403,
        "method_forbidden",
        {"reason": "scope_missing", "missing_scopes": ["cards"]},
    ),
    Row("over http", over_http, 403, "method_forbidden", {"reason": "secure_required"}),
    Row(
        "not administrative",
        lambda s: s.phone.call(CARD, barcode_number="1"),
        403,
        "method_forbidden",
        {"reason": "administrative_consumer_required"},
    ),
    Row(
        "parameter missing",
        lambda s: s.phone.call(ORDER),
        400,
        "param_missing",
        {"param_name": "order_id"},
        frozenset({"order_id"}),
    ),
    Row(
        "no callback",
        lambda s: s.stranger.call(ASK),
        400,
        "param_missing",
        {"param_name": "oauth_callback"},
        frozenset({"oauth_callback"}),
    ),
    Row(
        "unknown scope",
        lambda s: s.stranger.call(ASK, oauth_callback="oob", scopes="cards|nothing"),
        400,
        "param_invalid",
        {"param_name": "scopes"},
        frozenset({"scopes"}),
    ),
    Row(
        "wrong verifier",
        lambda s: exchange(s, authorised=True),
        400,
        "param_invalid",
        {"param_name": "oauth_verifier"},
        frozenset({"oauth_verifier"}),
    ),
    Row("one name, two values", two_values, 400, "param_invalid", {"param_name": "order_id"}),
    Row(
        "not a date",
        lambda s: s.gate.call(EXTEND, user_id=str(s.student.user_id), expiration_date="31.03.2027"),
        400,
        "param_invalid",
        {"param_name": "expiration_date"},
        frozenset({"expiration_date"}),
    ),
    Row(
        "two numbers of one card",
        lambda s: s.gate.call(CARD, barcode_number="1", contact_chip_uid="2"),
        400,
        "param_invalid",
    ),
    Row(
        "unknown format",
        lambda s: s.phone.call(MAKE, format="xml"),
        400,
        "param_invalid",
        {"param_name": "format"},
    ),
    Row(
        "callback is no function",
        lambda s: s.phone.call(MAKE, format="jsonp", callback="alert(1)//"),
        400,
        "param_invalid",
        {"param_name": "callback"},
    ),
    Row(
        "callback not registered",
        lambda s: s.stranger.call(ASK, oauth_callback="https://elsewhere.example/back"),
        400,
        "param_forbidden",
        {"param_name": "oauth_callback"},
        frozenset({"oauth_callback"}),
    ),
    Row(
        "scope the consumer may not have",
        lambda s: s.gate.call(ASK, oauth_callback="oob", scopes="cards"),
        400,
        "param_forbidden",
        {"param_name": "scopes"},
    ),
    Row(
        "unknown field",
        lambda s: s.phone.call(MCARD, fields="orders[nothing]"),
        400,
        "field_not_found",
        {"field_name": "orders.nothing", "method_name": MCARD},
    ),
    Row(
        "broken nesting",
        lambda s: s.phone.call(MCARD, fields="orders[id"),
        400,
        "field_invalid",
        {"field_name": "orders[id", "method_name": MCARD},
    ),
    Row(
        "no such order",
        lambda s: s.phone.call(REVOKE, order_id=NOBODY),
        400,
        "object_not_found",
        {"param_name": "order_id", "method_name": REVOKE},
    ),
    Row(
        "somebody else's order",
        somebody_elses,
        400,
        "object_not_found",
        {"param_name": "order_id", "method_name": REVOKE},
    ),
    Row(
        "no such user",
        lambda s: s.gate.call("services/cards/check_orders_status", user_id="999999"),
        400,
        "object_not_found",
        {"param_name": "user_id", "method_name": "services/cards/check_orders_status"},
    ),
    Row("open order", ordered, 400, "object_invalid"),
    Row("refused photo", refused_photo, 400, "object_invalid"),
    Row("conditions not met", no_photo, 400, "object_invalid"),
    Row("order that is over", ended, 400, "object_invalid"),
    Row("parameters too large", too_large, 400),
    Row("another user", lambda s: s.phone.call(USER, user_id="999999"), 400, "object_forbidden"),
    Row("neither GET nor POST", lambda s: s.phone.call(MAKE, "PUT"), 405),
    Row("too many request tokens", too_many, 429),
    Row("too many calls", too_many_calls, 429),
    Row("Redis away", without_redis, 503),
]


def changes() -> list[int]:
    """What the commands leave behind when they do something."""
    return [model._default_manager.count() for model in (OrderEvent, CardExtension, RequestToken)]


@pytest.mark.parametrize("row", TABLE, ids=[row.what for row in TABLE])
def test_an_error_is_told_as_the_contract_wants_it_and_changes_nothing(scene: Scene, row: Row) -> None:
    answer = row.call(scene)
    told = answer.json
    assert answer.status == row.status, told
    assert told["message"]
    assert answer.content.isascii(), "clients that read bytes understand it"
    assert told.get("error", "") == row.error
    assert row.members.items() <= told.items()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    person = told["user_messages"]
    assert set(person["generic_message"]) == {"pl", "en"}
    assert row.fields <= set(person.get("fields", {}))
    for text in (person["generic_message"], *person.get("fields", {}).values()):
        assert text["pl"] and text["en"]
    assert changes() == [0, 0, 0]


@pytest.mark.parametrize("row", TABLE, ids=[row.what for row in TABLE])
def test_the_table_of_the_documentation_has_the_error(row: Row) -> None:
    documented = (ROOT / "docs" / "api.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| ([^|]+) \|", documented, re.MULTILINE)
    found = {what.strip(): (status, error) for what, status, error in rows}
    assert set(found) == {row.what for row in TABLE}
    status, error = found[row.what]
    assert status == str(row.status)
    assert (row.error or "–") in error
    for member in row.members.values():
        if member in ("consumer_missing", "user_missing", "scope_missing", "secure_required"):
            assert member in error
