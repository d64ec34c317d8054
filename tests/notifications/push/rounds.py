"""What the tests of sending have in common: codes that have become ready, rounds of the worker, what was shown."""

from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Reason, Status
from notifications import outbox
from notifications.push.worker import PushWorker
from students.models import Student
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone


def send() -> int:
    """Do a round of the worker that notifies; return how many deliveries it took up."""
    return PushWorker().run_round()


def ready(student: Student) -> Order:
    """Let the student's codes have become ready, and be told of it."""
    order = make_order(student, Status.READY)
    order.events.create(old="processing", new="ready", reason=Reason.CODES_READY)
    assert outbox.dispatch_batch(timezone.now()) >= 1
    return order


def titles(phone: Phone) -> list[str]:
    """Return what the phone has shown since the greeting."""
    return [shown["title"] for shown in phone.shown[1:]]
