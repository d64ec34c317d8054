"""Failures of push services and subscriptions do not delay other deliveries."""

import logging
import socket
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer

from mdocs.statuses import Reason, Status
from notifications import outbox
from notifications.outgoing import posting
from notifications.outgoing.posting import PostResponse
from notifications.push import devices
from notifications.push.health import health
from notifications.push.models import Address, PushDelivery, PushService, Subscription, fingerprint_of
from notifications.push.worker import PushWorker
from students.models import Student
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone
from tests.notifications.push.rounds import make_codes_ready, send, titles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_deleted(
    student: Student, subscribed_phone: Phone, service: HTTPServer, status: int
) -> None:
    make_codes_ready(student)
    service.clear_all_handlers()
    subscribed_phone.answer_with(status)
    assert send() == 1
    assert not Subscription.objects.exists() and not PushDelivery.objects.exists()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_a_push_service_does_not_take_is_tried_again_and_arrives_once(
    student: Student, subscribed_phone: Phone, service: HTTPServer, status: int
) -> None:
    make_codes_ready(student)
    service.clear_all_handlers()
    subscribed_phone.answer_with(status)
    now = timezone.now()
    for _ in range(5):
        now += timedelta(minutes=1)
        with time_machine.travel(now, tick=False):
            send()
    assert PushDelivery.objects.filter(attempts__gte=2, delivered_at=None).count() == 1
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        assert health(timezone.now()) == "not accepted"
        service.clear()
        subscribed_phone.answer_with(201)
        assert send() == 1
        assert subscribed_phone.shown[-1]["title"] == "Twoja mLegitymacja jest gotowa do pobrania"
        assert send() == 0
        assert health(timezone.now()) == "ok"
    found = PushService.objects.get()
    assert (found.failures, found.failing_since, found.paused_until) == (0, None, None)


def test_a_push_service_of_which_one_browser_is_gone_is_not_called_silent(
    student: Student, subscribed_phone: Phone, service: HTTPServer
) -> None:
    make_codes_ready(student)
    service.clear_all_handlers()
    subscribed_phone.answer_with(410)
    send()
    assert PushService.objects.get().failing_since is None


def test_a_browser_with_a_new_endpoint_is_not_deleted_for_the_old_one(
    student: Student, subscribed_phone: Phone, service: HTTPServer
) -> None:
    make_codes_ready(student)
    (claimed,) = PushDelivery.objects.filter(delivered_at=None).for_sending()
    devices.replace_endpoint(subscribed_phone.endpoint, Address(**Phone(service, "/push/b").subscription))
    gone = [(claimed, PostResponse(410))]
    assert PushWorker().record_rejections(gone, timezone.now(), others_accepted=False) == []
    assert Subscription.objects.exists()


def test_what_somebody_waits_for_comes_before_what_is_done_for_many(
    student: Student, other_student: Student, subscribed_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PushWorker, "batch_size", 2)
    extended = make_order(student, Status.COLLECTED)
    for _ in range(4):
        extended.events.create(old="collected", new="collected", reason=Reason.EXTENDED, detail="2027-03-31")
    outbox.dispatch_batch(timezone.now())
    Subscription.objects.update(student=other_student)  # the same phone, so that one sees the order
    make_codes_ready(other_student)
    send()
    assert "Twoja mLegitymacja jest gotowa do pobrania" in titles(subscribed_phone)


def test_a_push_service_that_asks_for_patience_is_not_sent_the_rest(
    student: Student, subscribed_phone: Phone, service: HTTPServer
) -> None:
    order = make_order(student, Status.COLLECTED)
    for _ in range(40):
        order.events.create(old="collected", new="collected", reason=Reason.EXTENDED, detail="2027-03-31")
    outbox.dispatch_batch(timezone.now())
    service.clear_all_handlers()
    subscribed_phone.answer_with(429)
    send()
    assert PushDelivery.objects.filter(delivered_at=None, attempts=0).count() == 40 - PushWorker.concurrency


def test_an_address_that_no_key_opens_keeps_nobody_waiting(
    student: Student, student_client: Client, subscribed_phone: Phone, service: HTTPServer
) -> None:
    Phone(service, "/push/b").turn_on(student_client)
    make_codes_ready(student)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_subscription SET address = 'x' "
            "WHERE id = (SELECT max(id) FROM notifications_subscription)"
        )
    send()
    assert titles(subscribed_phone) == ["Twoja mLegitymacja jest gotowa do pobrania"]


def test_what_cannot_be_taken_at_all_is_not_tried_again(
    student: Student, subscribed_phone: Phone, service: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    make_codes_ready(student)
    service.clear_all_handlers()
    subscribed_phone.answer_with(413)
    with caplog.at_level(logging.WARNING):
        send()
    assert "413" in caplog.text and subscribed_phone.endpoint not in caplog.text
    assert not PushDelivery.objects.filter(delivered_at=None).exists()
    assert Subscription.objects.exists()


def test_a_push_service_that_hangs_keeps_nobody_waiting_at_another(
    student: Student,
    student_client: Client,
    subscribed_phone: Phone,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "REQUEST_SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.PUSH_SERVICES = [*settings.PUSH_SERVICES, origin]
        student_client.post(
            "/dla-studentow/wiadomosci/urzadzenia/",
            subscribed_phone.subscription | {"endpoint": f"{origin}/push"},
        )
        make_codes_ready(student)
        assert send() == 3  # with the greeting of the other
    assert titles(subscribed_phone) == ["Twoja mLegitymacja jest gotowa do pobrania"]
    assert PushService.objects.get(origin=origin).paused_until is not None


def test_an_address_that_cannot_be_called_keeps_nobody_waiting(
    student: Student, student_client: Client, subscribed_phone: Phone, service: HTTPServer
) -> None:
    """The list of services may be wrong; `..` is no name that could be looked up, and fails in a way of its own."""
    other = Phone(service, "/push/b")
    other.turn_on(student_client)
    origin = "http://push..example"
    PushService.objects.create(origin=origin)
    address = Address(f"{origin}/push", other.subscription["p256dh"], other.subscription["auth"])
    Subscription.objects.filter(fingerprint=fingerprint_of(other.endpoint)).update(
        service=PushService.objects.get(origin=origin), address=Subscription.serialize(address)
    )
    make_codes_ready(student)
    assert send() == 3  # with the greeting of the other
    assert titles(subscribed_phone) == ["Twoja mLegitymacja jest gotowa do pobrania"]


def test_after_the_portals_key_was_changed_nobody_is_called_in_vain(
    student: Student, subscribed_phone: Phone, settings: Any
) -> None:
    settings.PUSH_KEY = "k" * 43
    make_codes_ready(student)
    assert (send(), titles(subscribed_phone)) == (0, [])


def test_a_worker_that_is_not_there_is_noticed(student: Student, subscribed_phone: Phone) -> None:
    make_codes_ready(student)
    assert health(timezone.now()) == "ok"
    later = timezone.now() + timedelta(minutes=6)
    assert health(later) == "not sent"
    # Where the push service is away, the worker leaves it alone.
    PushService.objects.update(paused_until=later + timedelta(minutes=1))
    assert health(later) == "ok"
