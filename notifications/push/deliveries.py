"""Creation of push deliveries: one for each new message and subscribed browser of its student."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from mdocs.models import OrderEvent
from notifications.messages.models import Channel, Message, MessageQuerySet, NotificationOptOut
from notifications.push import vapid
from notifications.push.models import PushDelivery, Subscription

MAX_AGE = timedelta(days=1)  # an older message is in the portal, and perhaps an e-mail, only


def create_deliveries(events: Sequence[OrderEvent], now: datetime) -> None:
    """Create the deliveries of these events' messages. A handler of `notifications.outbox`, after that of messages."""
    students = {event.order.student_id for event in events}
    create_deliveries_of(Message.objects.filter(event__in=events), students, now)


def create_deliveries_of(messages: MessageQuerySet, students: Collection[int], now: datetime) -> None:
    """Create the deliveries of those of these messages that are to these students, in four statements. Idempotent."""
    subscriptions: dict[int, list[int]] = {}
    if vapid.is_on():
        found = Subscription.objects.filter(student__in=students, key=vapid.public_key())
        # Locked, so that none is deleted (turned off, or 410 from its push service) before this is committed.
        found = found.order_by("pk").select_for_update()
        for student, subscription in found.values_list("student_id", "pk"):
            subscriptions.setdefault(student, []).append(subscription)
    if not subscriptions:
        return
    opt_outs = set(
        NotificationOptOut.objects.filter(student__in=subscriptions, channel=Channel.PHONE).values_list(
            "student_id", "kind"
        )
    )
    recent = messages.filter(student__in=subscriptions, created_at__gt=now - MAX_AGE)
    PushDelivery.objects.bulk_create(
        [
            PushDelivery(
                subscription_id=subscription,
                message_id=message,
                low_priority=low_priority,
                created_at=created_at,
                next_attempt_at=now,
            )
            for message, student, kind, low_priority, created_at in recent.values_list(
                "pk", "student_id", "kind", "low_priority", "created_at"
            )
            if (student, kind) not in opt_outs
            for subscription in subscriptions[student]
        ],
        ignore_conflicts=True,
    )
