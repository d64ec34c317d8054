"""Messages and devices of who is erased, and of orders that go."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from mdocs.orders import retention
from notifications.models import Message, NotificationOptOut, PushDelivery, Subscription
from students import data_copy, erasure
from students.models import Student


def register() -> None:
    """Register what is deleted; called once, when the apps are ready."""
    retention.register_companion(_delete_of_orders)
    erasure.register(erase=_erase)
    data_copy.register("messages", _messages)
    data_copy.register("devices", _devices)
    data_copy.register("unwanted_messages", _opt_outs)


def _delete_of_orders(orders: Sequence[UUID]) -> None:
    Message.objects.filter(order__in=orders).delete()


def _erase(students: Sequence[int]) -> None:
    Subscription.objects.filter(student__in=students).lock()
    # What refers to them first, and then without Django's look for it, which fetches each row.
    for rows in (
        PushDelivery.objects.filter(subscription__student__in=students),
        PushDelivery.objects.filter(message__student__in=students),
        Subscription.objects.filter(student__in=students),
        NotificationOptOut.objects.filter(student__in=students),
        Message.objects.filter(student__in=students),
    ):
        rows._raw_delete(rows.db)


def _messages(student: Student) -> list[dict[str, Any]]:
    found = Message.objects.filter(student=student).order_by("created_at")
    return [dict(row) for row in found.values("kind", "created_at", "read_at", "email_sent_at")]


def _devices(student: Student) -> list[dict[str, Any]]:
    found = Subscription.objects.filter(student=student)
    return [dict(row) for row in found.values("name", "created_at")]


def _opt_outs(student: Student) -> list[dict[str, Any]]:
    found = NotificationOptOut.objects.filter(student=student).order_by("channel", "kind")
    return [dict(row) for row in found.values("channel", "kind")]
