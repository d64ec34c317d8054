"""Health status of messages: whether events are dispatched and e-mails are sent."""

from datetime import datetime, timedelta

from mdocs.models import OrderEvent
from notifications.messages.email_delivery import UNREACHABLE
from notifications.messages.models import EmailState, Message

_LATE = timedelta(minutes=5)
_MAIL_LATE = timedelta(minutes=15)


def health(now: datetime) -> str:
    """Return "ok", or what is wrong.

    "not told" if no worker dispatches events, "mail unreachable" if the mail server fails, "mail not sent" if no worker
    takes up e-mails. Those with low priority may wait for hours behind each other, and say nothing about the worker.
    """
    if OrderEvent.objects.undispatched().filter(at__lt=now - _LATE).exists():
        return "not told"
    waiting = Message.objects.filter(email_state=EmailState.WAITING)
    if waiting.filter(created_at__lt=now - _MAIL_LATE, email_failure=UNREACHABLE).exists():
        return "mail unreachable"
    overdue = waiting.filter(low_priority=False, email_due_at__lt=now - _MAIL_LATE)
    return "mail not sent" if overdue.exists() else "ok"
