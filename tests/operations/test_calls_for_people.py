"""Alarms for what only people can settle: foreign clocks, documents without an order, receivers that take nothing."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from api.webhooks.models import Endpoint, SwitchedOff
from mdocs import orders
from mdocs.engine import breaker, orphans
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order, OrphanDocument, Reconciliation
from mdocs.querysets import Lane
from mdocs.statuses import Attention, Status
from operations import watch
from operations.models import Alarm
from students.models import Student
from students.roles import ADMINISTRATOR
from tests.mdocs.engine.scripted import remote
from tests.mdocs.factories import make_order
from tests.students.factories import make_member

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("well")]


def opened() -> list[tuple[str, str, str]]:
    """Return what this file is about; nothing works here, so that as time passes other things are late."""
    found = Alarm.objects.open().filter(kind__in=["clock", "reconciliation", "webhooks"]).order_by("status")
    return list(found.values_list("kind", "status", "subject"))


def have_ended(now: datetime) -> list[tuple[str, str, str]]:
    """Look twice, so far apart that what is gone is closed; return what is still open."""
    watch.run(now)
    watch.run(now + 2 * MINUTE)
    return opened()


@pytest.mark.parametrize("ahead", [timedelta(minutes=7), timedelta(minutes=-2)])
def test_mdokumentys_clock_is_told_from_ours_until_they_agree(
    now: datetime, mailoutbox: list[EmailMessage], ahead: timedelta
) -> None:
    breaker.record_clock(Lane.POLL, timedelta(seconds=20), now)
    assert watch.run(now).is_well
    breaker.record_clock(Lane.SEND, ahead, now + MINUTE)
    watch.run(now + MINUTE)
    assert (opened(), mailoutbox) == ([("clock", "off there", "")], [])
    watch.run(now + 7 * MINUTE)
    (mail,) = mailoutbox
    assert f"sekund: {ahead.total_seconds():.0f}" in mail.body and "clock: off there" in mail.body
    breaker.record_clock(Lane.POLL, timedelta(0), now + 8 * MINUTE)
    assert have_ended(now + 8 * MINUTE) == []


def test_health_says_nothing_of_whose_clock_or_receiver_it_is(client: Client, now: datetime) -> None:
    breaker.record_clock(Lane.SEND, HOUR, now)
    Endpoint.objects.create(name="biblioteka", url="https://b.example.edu/", failing_since=now - 2 * HOUR)
    said = client.get("/health/ready").json()["components"]
    assert (said["clock"], said["webhooks"], said["reconciliation"]) == ("off there", "failing", "ok")


def test_a_document_that_belongs_to_nobody_waits_for_the_offices_word(
    student: Student, now: datetime
) -> None:
    strange = remote(Order(pk=uuid4(), valid_until=now.date() + DAY), RemoteStatus.READY)
    orphan = orphans.record(strange, order=None, student=student.pk, at=now, revoke=False)
    watch.run(now)
    assert opened() == [("reconciliation", "no order", "no order")]
    assert orphans.revoke(orphan, by=make_member(ADMINISTRATOR), at=now)
    assert have_ended(now + DAY - 2 * MINUTE) == []
    # A day later it lives on.
    watch.run(now + DAY + MINUTE)
    assert opened() == [("reconciliation", "not revoked", "not revoked")]
    OrphanDocument.objects.update(ended_at=now, next_attempt_at=None)
    assert have_ended(now + DAY + MINUTE) == []


@pytest.mark.parametrize(
    ("kind", "attention"),
    [("unknown_there", Attention.UNKNOWN_THERE), ("other_number", Attention.KEY_CONFLICT), ("state", "")],
)
def test_what_a_comparison_could_not_mend_is_told_until_somebody_has(
    student: Student, now: datetime, kind: str, attention: str
) -> None:
    order = make_order(student, Status.PROCESSING, attention=attention)
    difference = {"kind": kind, "order": str(order.pk), "number": "1", "here": order.status, "there": "ready"}
    mended = difference | {"order": str(uuid4()), "mended": True}
    Reconciliation.objects.create(
        cause="weekly", finished_at=now, left=1, differences=[mended, difference | {"mended": False}]
    )
    watch.run(now)
    assert opened() == [("reconciliation", "differences", "differences")]
    assert Alarm.objects.get().facts == {"number": 1}
    if attention:
        orders.retry(order, by=make_member(ADMINISTRATOR))
    else:
        Reconciliation.objects.create(cause="command", started_at=now + MINUTE, finished_at=now + MINUTE)
    assert have_ended(now + 2 * MINUTE) == []


def test_what_comes_together_is_told_together(student: Student, now: datetime) -> None:
    order = make_order(student, Status.PROCESSING, attention=Attention.KEY_CONFLICT)
    difference = {"kind": "other_number", "order": str(order.pk), "mended": False}
    Reconciliation.objects.create(cause="weekly", finished_at=now, left=1, differences=[difference])
    strange = remote(Order(pk=uuid4(), valid_until=now.date() + DAY), RemoteStatus.READY)
    orphans.record(strange, order=None, student=None, at=now, revoke=False)
    watch.run(now)
    assert [status for _kind, status, _subject in opened()] == ["differences", "no order"]


def test_what_is_unknown_there_for_once_calls_nobody(student: Student, now: datetime) -> None:
    order = make_order(student, Status.PROCESSING)
    difference = {"kind": "unknown_there", "order": str(order.pk), "number": "1", "here": "", "there": ""}
    Reconciliation.objects.create(
        cause="weekly", finished_at=now, left=1, differences=[difference | {"mended": False}]
    )
    assert watch.run(now).is_well


def test_a_receiver_of_webhooks_that_fails_for_long_or_was_switched_off(
    now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    failing = Endpoint.objects.create(name="biblioteka", url="https://b.example.edu/")
    Endpoint.objects.create(name="nieużywany", url="https://n.example.edu/", is_active=False)
    failing.record_failure(now - 30 * MINUTE, unavailable=True, retry_after=None)
    assert watch.run(now).is_well
    watch.run(now + 31 * MINUTE)
    assert opened() == [("webhooks", "failing", "biblioteka")]
    assert "„biblioteka”" in mailoutbox[0].body
    failing.switch_off(SwitchedOff.ABSENT)
    watch.run(now + 32 * MINUTE)
    assert opened() == [("webhooks", "switched off", "biblioteka")]
    Endpoint.objects.update(is_active=True, switched_off="", failing_since=None)
    assert have_ended(now + 33 * MINUTE) == []
