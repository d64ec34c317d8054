"""Extension: a later valid-until date for an mLegitymacja, without a new order."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.errors import NotAllowed
from mdocs.orders.events import record_event
from mdocs.orders.locking import order_for_update
from mdocs.querysets import Lane
from mdocs.statuses import ENDING, FINAL, Reason, Status
from mdocs.step_log import current_request_id
from mdocs.wakeup import wake_after_commit
from students.models import User

_NOT_EXTENDED: dict[str, Any] = {"extend_to": None, "extension_asked_at": None}


def extend(order: Order, until: date, *, by: User | None, at: datetime | None = None) -> Order:
    """Have the mLegitymacja valid until a later date, without the student doing anything.

    An order that was never sent just asks for the later date; a collected document is extended in mDokumenty; one in
    between is extended as soon as it has been collected (the contract knows no earlier moment). A date that is not
    later changes nothing. Raises NotAllowed where the order is over or on its way out.
    """
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if order.status in ENDING | FINAL:
            raise NotAllowed(order)
        extend_locked(order, until, by=by, at=at)
    return order


def extend_locked(order: Order, until: date, *, by: User | None, at: datetime) -> bool:
    """Do as `extend` does with a locked live order; return whether the date is later."""
    step = later_date(order, until, at)
    if step is None:
        return False
    changes, reason = step
    for field, value in changes.items():
        setattr(order, field, value)
    record_event(order, reason, by=by, detail=until.isoformat(), at=at)
    wake_after_commit(Lane.SEND)
    return True


def later_date(order: Order, until: date, at: datetime) -> tuple[dict[str, Any], Reason] | None:
    """Return what a later date changes in a live order, and what its event says; None where it is not later."""
    if until <= max(order.valid_until, order.extend_to or order.valid_until):
        return None
    if order.status == Status.WAITING and order.sent_at is None:
        return _NOT_EXTENDED | {"valid_until": until}, Reason.DATE_CHANGED
    asked = {"extend_to": until, "extension_asked_at": at, "request_id": current_request_id()}
    if order.status == Status.COLLECTED:
        return asked | {"next_attempt_at": at}, Reason.EXTENSION_ASKED
    return asked, Reason.EXTENSION_ASKED


def withdrawn_date(order: Order, until: date, at: datetime) -> tuple[dict[str, Any], Reason] | None:
    """Return what an earlier date takes back of an extension, and what its event says; None where nothing is left.

    What mDokumenty has extended by now stays: its contract has no way back.
    """
    if order.status == Status.WAITING and order.sent_at is None and order.valid_until > until:
        return _NOT_EXTENDED | {"valid_until": until}, Reason.DATE_CHANGED
    if order.extend_to is None or order.extend_to <= until:
        return None
    if until > order.valid_until:
        return {"extend_to": until}, Reason.EXTENSION_WITHDRAWN
    if order.status == Status.COLLECTED:
        # To be asked about again, like any other.
        return _NOT_EXTENDED | {"next_attempt_at": at}, Reason.EXTENSION_WITHDRAWN
    return _NOT_EXTENDED, Reason.EXTENSION_WITHDRAWN
