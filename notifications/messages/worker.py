"""The work of the worker that tells: writes what is new, sends what is due; and lets go of what is old."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from mdocs.models import OrderEvent
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import EmailState, Message

KEPT = timedelta(days=365)  # an order's own history stays
LATE = timedelta(minutes=5)
MAIL_LATE = timedelta(minutes=15)


def run(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
    """Tell of all events, then send e-mails batch by batch, until nothing is due or the time is up.

    Events first, between any two batches: a mail server that hangs keeps no message out of the portal for longer than
    one batch takes.
    """
    end = clock() + budget
    while clock() < end:
        handled = outbox.dispatch_batch(clock())
        if not handled:
            handled = email_delivery.send_batch(clock)
        if not handled:
            return


def delete_old(now: datetime) -> None:
    """Delete messages older than KEPT: nobody reads them, and personal data are kept no longer than needed (RODO)."""
    Message.objects.filter(created_at__lt=now - KEPT).delete()


def health(now: datetime) -> str:
    """Say in a word how telling is: "ok", "not told" where no worker does it, "mail unreachable" where mail waits."""
    if OrderEvent.objects.undispatched().filter(at__lt=now - LATE).exists():
        return "not told"
    waiting = Message.objects.filter(email_state=EmailState.WAITING, created_at__lt=now - MAIL_LATE)
    return "mail unreachable" if waiting.filter(email_failure=email_delivery.UNREACHABLE).exists() else "ok"
