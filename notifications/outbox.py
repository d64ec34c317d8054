"""Tells whoever has to hear of what happened to orders, each event once.

The events are the outbox: a verb writes one with its change, in one transaction, and does nothing else. Afterwards a
worker takes those that nobody has been told of, hands them to each outlet, and marks them as told, in one transaction
too: whatever kills it, they are all told or none is. In as many statements for five hundred events as for one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from mdocs.models import OrderEvent

BATCH = 500
# Given events with their orders and students, it stores in a few statements what is to be done about them: no call to
# the outside is made here. It may be given an event again.
EventHandler = Callable[[Sequence[OrderEvent], datetime], None]
_outlets: list[EventHandler] = []

# What outlets read; nothing that is encrypted.
_READ = (
    *("at", "old", "new", "reason", "detail", "actor"),
    *("order__student", "order__order_again", "order__low_priority"),
    *("order__student__user", "order__student__user__email"),
)


def register_handler(outlet: EventHandler) -> None:
    """Have another app told of events too; adding the same outlet again changes nothing."""
    if outlet not in _outlets:
        _outlets.append(outlet)


def dispatch_batch(now: datetime) -> int:
    """Tell of a batch of events, the oldest first; return how many it had. What another worker tells of is left out."""
    with transaction.atomic():
        undispatched = OrderEvent.objects.undispatched().select_related("order__student__user").only(*_READ)
        events = list(undispatched.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        if events:
            for outlet in _outlets:
                outlet(events, now)
            OrderEvent.objects.filter(pk__in=[event.pk for event in events]).update(dispatched_at=now)
    return len(events)
