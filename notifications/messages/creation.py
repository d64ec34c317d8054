"""Writes what students are told of events: a row for each message, to be read in the portal and perhaps mailed."""

from collections.abc import Sequence
from datetime import datetime

from mdocs.models import OrderEvent
from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.notification_types import LOW_PRIORITY, NotificationType, notification_type_of


def create_messages(events: Sequence[OrderEvent], now: datetime) -> None:
    """Write the messages that events lead to: two statements. An event that was written about is not again."""
    news = [(event, kind) for event in events if (kind := notification_type_of(event)) is not None]
    if not news:
        return
    students = {event.order.student_id for event, _kind in news}
    by_email = NotificationOptOut.objects.filter(student__in=students, channel=Channel.EMAIL)
    unwanted = set(by_email.values_list("student_id", "kind"))
    Message.objects.bulk_create(
        [_message(event, kind, (event.order.student_id, kind) in unwanted, now) for event, kind in news],
        ignore_conflicts=True,
    )


def _message(event: OrderEvent, kind: NotificationType, unwanted: bool, now: datetime) -> Message:
    order = event.order
    state = EmailState.WAITING
    if unwanted:
        state = EmailState.NOT_WANTED
    elif not order.student.user.email:
        state = EmailState.NO_ADDRESS
    return Message(
        student_id=order.student_id,
        order_id=order.pk,
        event=event,
        kind=kind,
        created_at=event.at,
        email_state=state,
        email_due_at=now if state is EmailState.WAITING else None,
        low_priority=order.low_priority or kind in LOW_PRIORITY,
    )
