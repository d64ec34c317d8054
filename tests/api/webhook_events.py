"""Events that make deliveries to the endpoints of webhooks."""

from django.utils import timezone

from mdocs.models import OrderEvent
from mdocs.statuses import Status
from notifications import outbox
from students.models import Student
from tests.mdocs.factories import make_order


def deliver_codes_ready(student: Student) -> None:
    """Make an order of the student whose codes are ready, and the deliveries that say so."""
    order = make_order(student, Status.READY)
    OrderEvent.objects.create(order=order, old="processing", new="ready", reason="codes_ready")
    outbox.dispatch_batch(timezone.now())
