"""What a phone shows, when, and what becomes of it where a push service does not take it."""

import json
import logging
import re
import socket
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from py_vapid.utils import b64urldecode
from pytest_httpserver import HTTPServer

from mdocs import orders, tasks
from mdocs.messages import outbox
from mdocs.messages.kinds import Kind
from mdocs.messages.models import Message
from mdocs.models import Order, PushDelivery, PushService, Subscription
from mdocs.outgoing import posting
from mdocs.push.health import health
from mdocs.push.models import Address, fingerprint_of
from mdocs.push.sending import Phones
from mdocs.statuses import Reason, Status
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.push.phone import Phone

pytestmark = pytest.mark.django_db

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"


@pytest.fixture
def on(student_client: Client, phone: Phone) -> Phone:
    """Return a phone on which the student has turned messages on, and which has shown the greeting."""
    phone.turn_on(student_client)
    send()
    return phone


def send() -> int:
    """Do a round of the worker that notifies; return how many deliveries it took up."""
    return Phones().run_round()


def ready(student: Student) -> Order:
    """Let the student's codes have become ready, and be told of it."""
    order = make_order(student, Status.READY)
    order.events.create(old="processing", new="ready", reason=Reason.CODES_READY)
    assert outbox.run_round(timezone.now()) >= 1
    return order


def titles(phone: Phone) -> list[str]:
    """Return what the phone has shown since the greeting."""
    return [shown["title"] for shown in phone.shown[1:]]


def test_a_phone_says_that_the_mlegitymacja_is_ready_and_leads_to_the_page(
    student: Student, on: Phone
) -> None:
    order = ready(student)
    assert send() == 1
    shown = on.shown[-1]
    assert shown["title"] == "Twoja mLegitymacja jest gotowa do pobrania"
    assert (shown["path"], shown["lang"], shown["tag"]) == (PAGE, "pl", str(order.pk))
    request = on.requests[-1]
    assert request.headers["Urgency"] == "high"
    assert 86_000 < int(request.headers["TTL"]) <= 86_400
    assert send() == 0


def test_it_speaks_the_language_of_its_student(student: Student, on: Phone) -> None:
    User.objects.filter(pk=student.user_id).update(language="en")
    ready(student)
    send()
    assert on.shown[-1]["lang"] == "en"
    assert on.shown[-1]["title"] == "Your mLegitymacja is ready to collect"


def test_neither_codes_nor_a_pesel_nor_a_name_are_shown(student: Student, on: Phone) -> None:
    order = ready(student)
    send()
    text = json.dumps(on.shown[-1], ensure_ascii=False)
    secrets = (order.activation_code, order.qr_token, student.pesel, student.last_name, student.album_number)
    assert all(secrets)
    assert [secret for secret in secrets if str(secret) in text] == []


NEWS = [
    (Status.WAITING, "", Reason.ORDERED, ""),
    (Status.READY, "processing", Reason.CODES_READY, ""),
    (Status.READY, "ready", Reason.CODES_EXPIRING, "2027-01-31T12:00:00+01:00"),
    (Status.REJECTED, "processing", Reason.REFUSED, "photo_rejected"),
    (Status.COLLECTED, "collected", Reason.EXTENDED, "2027-03-31"),
    (Status.COLLECTED, "collected", Reason.REISSUE_REQUIRED, ""),
    (Status.REVOKED, "revoking", Reason.CONFIRMED, ""),
]


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(("status", "old", "reason", "detail"), NEWS)
def test_every_kind_is_shown_and_fits_into_what_push_services_take(
    student: Student, on: Phone, language: str, status: Status, old: str, reason: Reason, detail: str
) -> None:
    User.objects.filter(pk=student.user_id).update(language=language)
    order = make_order(student, status)
    order.events.create(old=old, new=status, reason=reason, detail=detail)
    outbox.run_round(timezone.now())
    assert send() == 1
    assert on.shown[-1]["title"] and on.shown[-1]["body"]
    assert len(on.requests[-1].get_data()) < 4096  # RFC 8030, 7.2: more need not be taken


def test_each_of_the_students_devices_shows_it(
    student: Student, student_client: Client, on: Phone, service: HTTPServer
) -> None:
    other = Phone(service, "/push/b")
    other.turn_on(student_client)
    send()
    ready(student)
    assert send() == 2
    assert titles(on) == titles(other) == ["Twoja mLegitymacja jest gotowa do pobrania"]


def test_nobody_elses_phone_shows_it(other_student: Student, on: Phone) -> None:
    ready(other_student)
    assert (send(), titles(on)) == (0, [])


def test_what_a_student_does_not_want_on_the_phone_is_not_shown(
    student: Student, student_client: Client, on: Phone
) -> None:
    student_client.post(SETTINGS, {"email": list(Kind), "phone": [Kind.REFUSED]})
    ready(student)
    assert (send(), titles(on)) == (0, [])
    assert Message.objects.get().email_state == "waiting"  # the e-mail is another choice


def test_a_choice_made_meanwhile_counts(student: Student, student_client: Client, on: Phone) -> None:
    ready(student)
    student_client.post(SETTINGS, {"email": list(Kind), "phone": []})
    assert (send(), titles(on), PushDelivery.objects.filter(delivered_at=None).count()) == (1, [], 0)


def test_codes_that_are_gone_meanwhile_are_not_called_ready(student: Student, on: Phone) -> None:
    orders.revoke(ready(student), by=student.user)
    assert (send(), titles(on)) == (1, [])


def test_who_may_not_sign_in_any_more_is_told_nothing(student: Student, on: Phone) -> None:
    ready(student)
    User.objects.filter(pk=student.user_id).update(is_active=False)
    send()
    assert titles(on) == []


def test_the_signature_names_the_push_service_and_lasts_for_less_than_a_day(on: Phone) -> None:
    header = on.requests[0].headers["Authorization"]
    token = re.fullmatch(r"vapid t=([\w.-]+),k=[\w-]+", header)
    assert token is not None
    claims = json.loads(b64urldecode(token[1].split(".")[1].encode()))
    assert on.endpoint.startswith(claims["aud"]) and "/" not in claims["aud"].removeprefix("http://")
    assert 10 * 3600 < claims["exp"] - timezone.now().timestamp() < 24 * 3600
    assert claims["sub"] == "mailto:mlegitymacja@localhost"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    student: Student, on: Phone, service: HTTPServer, status: int
) -> None:
    ready(student)
    service.clear_all_handlers()
    on.answer_with(status)
    assert send() == 1
    assert not Subscription.objects.exists() and not PushDelivery.objects.exists()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_a_push_service_does_not_take_is_tried_again_and_arrives_once(
    student: Student, on: Phone, service: HTTPServer, status: int
) -> None:
    ready(student)
    service.clear_all_handlers()
    on.answer_with(status)
    now = timezone.now()
    for _ in range(5):
        now += timedelta(minutes=1)
        with time_machine.travel(now, tick=False):
            send()
    assert PushDelivery.objects.filter(attempts__gte=2, delivered_at=None).count() == 1
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        assert health(timezone.now()) == "not accepted"
        service.clear()
        on.answer_with(201)
        assert send() == 1
        assert on.shown[-1]["title"] == "Twoja mLegitymacja jest gotowa do pobrania"
        assert send() == 0
        assert health(timezone.now()) == "ok"
    found = PushService.objects.get()
    assert (found.failures, found.failing_since, found.paused_until) == (0, None, None)


def test_what_cannot_be_taken_at_all_is_not_tried_again(
    student: Student, on: Phone, service: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    ready(student)
    service.clear_all_handlers()
    on.answer_with(413)
    with caplog.at_level(logging.WARNING):
        send()
    assert "413" in caplog.text and on.endpoint not in caplog.text
    assert not PushDelivery.objects.filter(delivered_at=None).exists()
    assert Subscription.objects.exists()


def test_a_phone_does_not_ring_for_what_is_a_day_old(student: Student, on: Phone) -> None:
    ready(student)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        send()
        assert titles(on) == []
        assert not PushDelivery.objects.filter(delivered_at=None).exists()


def test_nor_for_what_the_portal_learned_too_late(student: Student, on: Phone) -> None:
    order = make_order(student, Status.READY)
    yesterday = timezone.now() - timedelta(hours=25)
    order.events.create(at=yesterday, old="processing", new="ready", reason=Reason.CODES_READY)
    outbox.run_round(timezone.now())
    assert (send(), titles(on)) == (0, [])


def test_a_push_service_that_hangs_keeps_nobody_waiting_at_another(
    student: Student,
    student_client: Client,
    on: Phone,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "SECONDS_FOR_ONE", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.PUSH_SERVICES = [*settings.PUSH_SERVICES, origin]
        student_client.post("/dla-studentow/wiadomosci/urzadzenia/", on.told | {"endpoint": f"{origin}/push"})
        ready(student)
        assert send() == 3  # with the greeting of the other
    assert titles(on) == ["Twoja mLegitymacja jest gotowa do pobrania"]
    assert PushService.objects.get(origin=origin).paused_until is not None


def test_an_address_that_cannot_be_called_keeps_nobody_waiting(
    student: Student, student_client: Client, on: Phone, service: HTTPServer
) -> None:
    """The list of services may be wrong; `..` is no name that could be looked up, and fails in a way of its own."""
    other = Phone(service, "/push/b")
    other.turn_on(student_client)
    origin = "http://push..example"
    PushService.objects.create(origin=origin)
    address = Address(f"{origin}/push", other.told["p256dh"], other.told["auth"])
    Subscription.objects.filter(fingerprint=fingerprint_of(other.endpoint)).update(
        service=PushService.objects.get(origin=origin), address=Subscription.written(address)
    )
    ready(student)
    assert send() == 3  # with the greeting of the other
    assert titles(on) == ["Twoja mLegitymacja jest gotowa do pobrania"]


def test_after_the_portals_key_was_changed_nobody_is_called_in_vain(
    student: Student, on: Phone, settings: Any
) -> None:
    settings.PUSH_KEY = "k" * 43
    ready(student)
    assert (send(), titles(on)) == (0, [])


def test_a_worker_that_is_not_there_is_noticed(student: Student, on: Phone) -> None:
    ready(student)
    assert health(timezone.now()) == "ok"
    assert health(timezone.now() + timedelta(minutes=6)) == "not sent"


def test_what_has_arrived_is_forgotten_after_a_week(student: Student, on: Phone) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        tasks.housekeeping()
    assert not PushDelivery.objects.exists()
    assert Subscription.objects.exists()


def test_three_hundred_messages_cost_as_many_statements_as_three(on: Phone, student: Student) -> None:
    order = make_order(student, Status.COLLECTED)

    def cost(count: int) -> int:
        for _ in range(count):
            order.events.create(old="collected", new="collected", reason=Reason.EXTENDED, detail="2027-03-31")
        before = PushDelivery.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert outbox.run_round(timezone.now()) == count
        assert PushDelivery.objects.count() == before + count
        return len(queries)

    assert cost(3) == cost(300) <= 10
