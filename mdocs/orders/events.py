"""Events: what happened to an order; its history and the outbox of notifications in one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from mdocs import audit
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason
from mdocs.step_log import current_request_id, log_steps
from students.models import User

_recorded: ContextVar[list[OrderEvent] | None] = ContextVar("events to be stored together", default=None)


@contextmanager
def stored_together() -> Iterator[None]:
    """Store the events that are recorded inside, in a transaction, by one statement at the end."""
    events: list[OrderEvent] = []
    token = _recorded.set(events)
    try:
        yield
    finally:
        _recorded.reset(token)
    OrderEvent.objects.bulk_create(events)


def new_event(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> OrderEvent:
    """Return an unsaved event of the order; `old` is the state before, by default the present one."""
    old = order.status if old is None else old
    return OrderEvent(
        order=order,
        old=old,
        new=order.status,
        reason=reason,
        detail=detail,
        actor=by,
        at=at,
        request_id=current_request_id(),
    )


def store_events(events: Sequence[OrderEvent], *, ignore_conflicts: bool = False) -> None:
    """Save and log the events of many orders: one statement."""
    OrderEvent.objects.bulk_create(events, ignore_conflicts=ignore_conflicts)
    log_steps(events)


def record_event(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> None:
    """Save and log an event of the order, with `by` in the audit log as well."""
    event = new_event(order, reason, by=by, old=old, detail=detail, at=at)
    together = _recorded.get()
    if together is None:
        event.save(force_insert=True)
    else:
        together.append(event)
    log_steps([event])
    if by is not None:
        audit.record_steps([(order, event)])
