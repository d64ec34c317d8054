"""Events: what happened to an order; its history and the outbox of notifications in one."""

from datetime import datetime

from mdocs import audit
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason
from students.models import User


def new_event(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> OrderEvent:
    """Make the event, not stored yet, that tells what happened to the order, from the state `old` if not the same."""
    old = order.status if old is None else old
    return OrderEvent(order=order, old=old, new=order.status, reason=reason, detail=detail, actor=by, at=at)


def record_event(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> None:
    """Write down that something happened to the order; what a person did stands in the audit log as well."""
    event = new_event(order, reason, by=by, old=old, detail=detail, at=at)
    event.save(force_insert=True)
    if by is not None:
        audit.record_steps([(order, event)])
