"""Creation of messages from events: a row each, for the portal and perhaps for an e-mail."""

from collections.abc import Sequence
from datetime import datetime

from mdocs.models import OrderEvent
from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.notification_types import LOW_PRIORITY, NotificationType, notification_type_of


def create_messages(events: Sequence[OrderEvent], now: datetime) -> None:
    """Create the messages of these events, in two statements. Idempotent. A handler of `notifications.outbox`."""
    notifiable = [(event, kind) for event in events if (kind := notification_type_of(event)) is not None]
    if not notifiable:
        return
    students = {event.order.student_id for event, _kind in notifiable}
    of_email = NotificationOptOut.objects.filter(student__in=students, channel=Channel.EMAIL)
    opt_outs = set(of_email.values_list("student_id", "kind"))
    Message.objects.bulk_create(
        [
            _message(event, kind, (event.order.student_id, kind) in opt_outs, now)
            for event, kind in notifiable
        ],
        ignore_conflicts=True,
    )


def _message(event: OrderEvent, kind: NotificationType, opted_out: bool, now: datetime) -> Message:
    order = event.order
    state = EmailState.WAITING
    if not order.student.user.is_active:
        state = EmailState.NO_ACCOUNT
    elif opted_out:
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
