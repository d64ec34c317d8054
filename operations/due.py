"""Work that is due: how much of it there is and since when, for metrics, the doctor and the technician's page."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Min, QuerySet

from api.webhooks.models import Delivery
from mdocs.models import Order, OrderEvent
from mdocs.querysets import Lane
from notifications.messages.models import EmailState, Message
from notifications.push.models import PushDelivery


class Due(NamedTuple):
    """Number of what is due, and since when the oldest of it has been."""

    number: int
    oldest: datetime | None

    def seconds(self, now: datetime) -> float:
        """Return for how long the oldest has been due; 0 where nothing is, or not yet."""
        return max((now - self.oldest).total_seconds(), 0) if self.oldest else 0


def orders(lane: Lane, now: datetime) -> Due:
    """Return the orders of a lane that are due and nobody has taken."""
    return _due(Order.objects.due(lane, now), "next_attempt_at")


def undelivered(kind: str) -> Due:
    """Return what waits to be passed on, of one of UNDELIVERED."""
    mail = Message.objects.filter(email_state=EmailState.WAITING)
    rows: dict[str, tuple[QuerySet[Any], str]] = {
        "events": (OrderEvent.objects.undispatched(), "at"),
        "emails": (mail.filter(low_priority=False), "email_due_at"),
        "emails_low_priority": (mail.filter(low_priority=True), "email_due_at"),
        "push": (PushDelivery.objects.filter(next_attempt_at__isnull=False), "next_attempt_at"),
        "webhooks": (Delivery.objects.filter(next_attempt_at__isnull=False), "next_attempt_at"),
    }
    return _due(*rows[kind])


UNDELIVERED = ("events", "emails", "emails_low_priority", "push", "webhooks")


def _due(rows: QuerySet[Any], since: str) -> Due:
    found = rows.order_by().aggregate(number=Count("pk"), oldest=Min(since))
    return Due(found["number"], found["oldest"])
