"""Which phones are to show which messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mdocs.models import OrderEvent
from notifications.messages.models import Channel, Message, NotificationOptOut
from notifications.push import vapid
from notifications.push.models import PushDelivery, Subscription

MAX_AGE = timedelta(days=1)  # an older message is in the portal and perhaps an e-mail; no phone rings for it


def create_deliveries(events: Sequence[OrderEvent], now: datetime) -> None:
    """Make the deliveries of the messages that these events have led to: four statements, and again adds nothing.

    An outlet of `notifications.outbox`, after the one that writes the messages.
    """
    students = {event.order.student_id for event in events}
    phones: dict[int, list[int]] = {}
    if vapid.is_on():
        found = Subscription.objects.filter(student__in=students, key=vapid.public_key())
        # Locked, so that none is gone (turned off, or 410 from its push service) before this is committed.
        found = found.order_by("pk").select_for_update()
        for student, phone in found.values_list("student_id", "pk"):
            phones.setdefault(student, []).append(phone)
    if not phones:
        return
    unwanted = set(
        NotificationOptOut.objects.filter(student__in=phones, channel=Channel.PHONE).values_list(
            "student_id", "kind"
        )
    )
    messages = Message.objects.filter(event__in=events, student__in=phones, created_at__gt=now - MAX_AGE)
    PushDelivery.objects.bulk_create(
        [
            PushDelivery(
                subscription_id=phone,
                message_id=message,
                low_priority=low_priority,
                created_at=created_at,
                next_attempt_at=now,
            )
            for message, student, kind, low_priority, created_at in messages.values_list(
                "pk", "student_id", "kind", "low_priority", "created_at"
            )
            if (student, kind) not in unwanted
            for phone in phones[student]
        ],
        ignore_conflicts=True,
    )
