"""Recording what happens to an account: for its owner on the security page and by e-mail, and in the audit log."""

from collections.abc import Iterable

from celery import current_app
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import address_of
from accounts.event_models import AccountEvent, EventKind
from accounts.networks import place_of
from students.after_commit import run_after_commit
from students.models import User
from students.user_agents import device_of

event_recorded = Signal()  # argument: event, an AccountEvent; in the transaction in which it is recorded


def record(
    user: User, kind: EventKind, request: HttpRequest | None = None, *, detail: str = ""
) -> AccountEvent:
    """Record an event of an account, and have its owner told by e-mail if there is an address."""
    now = timezone.now()
    event = AccountEvent.objects.create(
        user=user,
        kind=kind,
        at=now,
        device=device_of(request) if request else "",
        network=place_of(address_of(request)) if request else "",
        detail=detail[:100],
        email_due_at=now if user.email and user.is_active else None,
    )
    event_recorded.send(AccountEvent, event=event)
    wake()
    return event


def record_invitations(users: Iterable[User]) -> int:
    """Record invitations of many accounts with one INSERT; return how many."""
    now = timezone.now()
    events = [AccountEvent(user=user, kind=EventKind.INVITED, at=now, email_due_at=now) for user in users]
    made = AccountEvent.objects.bulk_create(events, batch_size=1_000)
    if made:
        wake()
    return len(made)


def wake() -> None:
    """Have the e-mails that are due sent after the commit; the task also runs every minute."""
    run_after_commit(current_app.send_task, "accounts.send_emails")
