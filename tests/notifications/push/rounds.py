"""Helpers of the tests of push: a round of the worker, codes that become ready, titles shown."""

from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Reason, Status
from notifications import outbox
from notifications.push.worker import PushWorker
from students.models import Student
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone


def send() -> int:
    """Run a round of the push worker; return how many deliveries it claimed."""
    return PushWorker().run_round()


def make_codes_ready(student: Student) -> Order:
    """Make an order with codes, and dispatch its event."""
    order = make_order(student, Status.READY)
    order.events.create(old="processing", new="ready", reason=Reason.CODES_READY)
    assert outbox.dispatch_batch(timezone.now()) >= 1
    return order


def titles(phone: Phone) -> list[str]:
    """Return the titles that the phone has shown since the greeting."""
    return [shown["title"] for shown in phone.shown[1:]]
