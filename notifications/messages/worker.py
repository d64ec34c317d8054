"""The notification worker: write new messages, send due e-mails, delete old ones."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from mdocs.models import OrderEvent
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import EmailState, Message

KEPT = timedelta(days=365)  # the history of an order is kept longer
LATE = timedelta(minutes=5)
MAIL_LATE = timedelta(minutes=15)


def run(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
    """Dispatch all events, then send e-mails in batches, until nothing is due or the time is up.

    Events are dispatched before every batch, so that a mail server that hangs delays messages in the portal by one
    batch at most.
    """
    end = clock() + budget
    while clock() < end:
        handled = outbox.dispatch_batch(clock())
        if not handled:
            handled = email_delivery.send_batch(clock)
        if not handled:
            return


def delete_old(now: datetime) -> None:
    """Delete messages older than KEPT: personal data are stored no longer than needed (RODO, art. 5)."""
    Message.objects.filter(created_at__lt=now - KEPT).delete()


def health(now: datetime) -> str:
    """Return "ok", "not told" if no worker runs, or "mail unreachable" if the mail server fails."""
    if OrderEvent.objects.undispatched().filter(at__lt=now - LATE).exists():
        return "not told"
    waiting = Message.objects.filter(email_state=EmailState.WAITING, created_at__lt=now - MAIL_LATE)
    return "mail unreachable" if waiting.filter(email_failure=email_delivery.UNREACHABLE).exists() else "ok"
