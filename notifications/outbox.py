"""Transactional outbox: dispatches each event of an order once to every handler.

A command saves its event with its change, in one transaction, and does nothing else. Afterwards a worker passes the
undispatched events to each handler and marks them, in one transaction too: all of a batch or none. The number of
statements does not depend on the number of events. Each leaves a line in the log with its order:

    order=<id> told=<reason of the event> waited=<seconds since it>
"""

import logging
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django_guid import set_guid

from mdocs.models import OrderEvent

logger = logging.getLogger(__name__)

BATCH = 500
# Takes events with their orders and students, and saves what is to be sent, in a few statements; makes no calls to
# other servers. Has to be idempotent.
EventHandler = Callable[[Sequence[OrderEvent], datetime], None]
_handlers: list[EventHandler] = []

# Columns that handlers read; none of them encrypted.
_READ = (
    *("at", "old", "new", "reason", "detail", "actor", "request_id"),
    *("order__student", "order__order_again", "order__low_priority"),
    *("order__revocation_reason", "order__valid_until"),
    *("order__student__user", "order__student__user__email", "order__student__user__is_active"),
)


def register_handler(handler: EventHandler) -> None:
    """Register a handler of events; registering it again changes nothing."""
    if handler not in _handlers:
        _handlers.append(handler)


def dispatch(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
    """Dispatch batches until no event is left or the time is up."""
    end = clock() + budget
    while dispatch_batch(clock()) and clock() < end:
        pass


def dispatch_batch(now: datetime) -> int:
    """Dispatch up to BATCH events, the oldest first; return how many. Skips those that another worker has locked."""
    with transaction.atomic():
        undispatched = OrderEvent.objects.undispatched().select_related("order__student__user").only(*_READ)
        events = list(undispatched.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        if events:
            for handler in _handlers:
                handler(events, now)
            OrderEvent.objects.filter(pk__in=[event.pk for event in events]).update(dispatched_at=now)
    for event in events:
        _log_of_its_request(event, now)
    return len(events)


def _log_of_its_request(event: OrderEvent, now: datetime) -> None:
    """Log that an event is told, under the request that caused it: the end of what `mdocs.step_log` says of it."""
    context = copy_context()
    if event.request_id:
        context.run(set_guid, str(event.request_id))
    fields = {
        "order": str(event.order_id),
        "told": str(event.reason),
        "waited": round((now - event.at).total_seconds(), 3),
    }
    text = " ".join(f"{name}={value}" for name, value in fields.items())
    context.run(partial(logger.info, "%s", text, extra={"fields": fields}))
