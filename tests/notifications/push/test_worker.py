"""Push worker: what a phone shows, and when."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from py_vapid.utils import b64urldecode
from pytest_httpserver import HTTPServer

from mdocs import orders
from mdocs.statuses import Reason, Status
from notifications import outbox, tasks
from notifications.messages.models import Message
from notifications.messages.notification_types import CHOICES, NotificationType
from notifications.push.models import PushDelivery, PushService, Subscription
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone
from tests.notifications.push.rounds import make_codes_ready, send, titles

pytestmark = pytest.mark.django_db

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"


def test_a_phone_says_that_the_mlegitymacja_is_ready_and_leads_to_the_page(
    student: Student, subscribed_phone: Phone
) -> None:
    order = make_codes_ready(student)
    assert send() == 1
    shown = subscribed_phone.shown[-1]
    assert shown["title"] == "Twoja mLegitymacja jest gotowa do pobrania"
    assert (shown["path"], shown["lang"], shown["tag"]) == (PAGE, "pl", str(order.pk))
    request = subscribed_phone.requests[-1]
    assert request.headers["Urgency"] == "high"
    assert 86_000 < int(request.headers["TTL"]) <= 86_400
    assert send() == 0


def test_it_speaks_the_language_of_its_student(student: Student, subscribed_phone: Phone) -> None:
    User.objects.filter(pk=student.user_id).update(language="en")
    make_codes_ready(student)
    send()
    assert subscribed_phone.shown[-1]["lang"] == "en"
    assert subscribed_phone.shown[-1]["title"] == "Your mLegitymacja is ready to collect"


def test_neither_codes_nor_a_pesel_nor_a_name_are_shown(student: Student, subscribed_phone: Phone) -> None:
    order = make_codes_ready(student)
    send()
    text = json.dumps(subscribed_phone.shown[-1], ensure_ascii=False)
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
def test_every_type_is_shown_and_fits_into_what_push_services_take(
    student: Student,
    subscribed_phone: Phone,
    language: str,
    status: Status,
    old: str,
    reason: Reason,
    detail: str,
) -> None:
    User.objects.filter(pk=student.user_id).update(language=language)
    order = make_order(student, status)
    order.events.create(old=old, new=status, reason=reason, detail=detail)
    outbox.dispatch_batch(timezone.now())
    assert send() == 1
    assert subscribed_phone.shown[-1]["title"] and subscribed_phone.shown[-1]["body"]
    assert len(subscribed_phone.requests[-1].get_data()) < 4096  # RFC 8030, 7.2: more need not be taken


def test_each_of_the_students_devices_shows_it(
    student: Student, student_client: Client, subscribed_phone: Phone, service: HTTPServer
) -> None:
    other = Phone(service, "/push/b")
    other.turn_on(student_client)
    send()
    make_codes_ready(student)
    assert send() == 2
    assert titles(subscribed_phone) == titles(other) == ["Twoja mLegitymacja jest gotowa do pobrania"]


def test_nobody_elses_phone_shows_it(other_student: Student, subscribed_phone: Phone) -> None:
    make_codes_ready(other_student)
    assert (send(), titles(subscribed_phone)) == (0, [])


def test_what_a_student_does_not_want_on_the_phone_is_not_shown(
    student: Student, student_client: Client, subscribed_phone: Phone
) -> None:
    student_client.post(SETTINGS, {"email": CHOICES, "phone": [NotificationType.REFUSED]})
    make_codes_ready(student)
    assert (send(), titles(subscribed_phone)) == (0, [])
    assert Message.objects.get().email_state == "waiting"  # the e-mail is another choice


def test_a_choice_made_meanwhile_counts(
    student: Student, student_client: Client, subscribed_phone: Phone
) -> None:
    make_codes_ready(student)
    student_client.post(SETTINGS, {"email": CHOICES, "phone": []})
    assert (send(), titles(subscribed_phone), PushDelivery.objects.filter(delivered_at=None).count()) == (
        1,
        [],
        0,
    )


def test_codes_that_are_gone_meanwhile_are_not_called_ready(
    student: Student, subscribed_phone: Phone
) -> None:
    orders.revoke(make_codes_ready(student), by=student.user)
    assert (send(), titles(subscribed_phone)) == (1, [])


def test_who_may_not_sign_in_any_more_is_told_nothing(student: Student, subscribed_phone: Phone) -> None:
    make_codes_ready(student)
    User.objects.filter(pk=student.user_id).update(is_active=False)
    send()
    assert titles(subscribed_phone) == []


def test_the_signature_names_the_push_service_and_lasts_for_less_than_a_day(subscribed_phone: Phone) -> None:
    header = subscribed_phone.requests[0].headers["Authorization"]
    token = re.fullmatch(r"vapid t=([\w.-]+),k=[\w-]+", header)
    assert token is not None
    claims = json.loads(b64urldecode(token[1].split(".")[1].encode()))
    assert subscribed_phone.endpoint.startswith(claims["aud"]) and "/" not in claims["aud"].removeprefix(
        "http://"
    )
    assert 10 * 3600 < claims["exp"] - timezone.now().timestamp() < 24 * 3600
    assert claims["sub"] == "mailto:mlegitymacja@localhost"


def test_a_phone_does_not_ring_for_what_is_a_day_old(student: Student, subscribed_phone: Phone) -> None:
    make_codes_ready(student)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        send()
        assert titles(subscribed_phone) == []
        assert not PushDelivery.objects.filter(delivered_at=None).exists()


def test_nor_for_what_the_portal_learned_too_late(student: Student, subscribed_phone: Phone) -> None:
    order = make_order(student, Status.READY)
    yesterday = timezone.now() - timedelta(hours=25)
    order.events.create(at=yesterday, old="processing", new="ready", reason=Reason.CODES_READY)
    outbox.dispatch_batch(timezone.now())
    assert (send(), titles(subscribed_phone)) == (0, [])


def test_deliveries_are_deleted_after_a_week(student: Student, subscribed_phone: Phone) -> None:
    make_codes_ready(student)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        tasks.delete_push_deliveries()
        tasks.delete_push_services()
    assert not PushDelivery.objects.exists()
    assert PushService.objects.get() == Subscription.objects.get().service
    Subscription.objects.all().delete()
    tasks.delete_push_services()
    assert not PushService.objects.exists()


def test_three_hundred_messages_cost_as_many_statements_as_three(
    subscribed_phone: Phone, student: Student
) -> None:
    order = make_order(student, Status.COLLECTED)

    def cost(count: int) -> int:
        for _ in range(count):
            order.events.create(old="collected", new="collected", reason=Reason.EXTENDED, detail="2027-03-31")
        before = PushDelivery.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert outbox.dispatch_batch(timezone.now()) == count
        assert PushDelivery.objects.count() == before + count
        return len(queries)

    assert cost(3) == cost(300) <= 10
