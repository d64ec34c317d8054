"""One step in an order's life: checked against the table of transitions, with the event that tells of it."""

from datetime import datetime
from typing import Any

from mdocs import audit
from mdocs.models import Order, OrderEvent
from mdocs.statuses import ENDING, FINAL, TRANSITIONS, Reason, Status
from students.eligibility import Eligibility
from students.models import User


class NotAllowed(Exception):
    """The order's state does not allow what was asked; nothing was changed."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"not allowed while {order.status}")
        self.order = order


class AlreadyOrdered(Exception):
    """The student has a live order; no second one was made."""

    def __init__(self, order: Order) -> None:
        super().__init__("there is a live order")
        self.order = order


class NotEligible(Exception):
    """The student does not meet the conditions; `eligibility` says which."""

    def __init__(self, eligibility: Eligibility) -> None:
        super().__init__("the conditions are not met")
        self.eligibility = eligibility


def event_of(
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


def note(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> None:
    """Write down that something happened to the order; what a person did stands in the audit log as well."""
    event = event_of(order, reason, by=by, old=old, detail=detail, at=at)
    event.save(force_insert=True)
    if by is not None:
        audit.record_steps([(order, event)])


def consequences(new: Status, at: datetime) -> dict[str, Any]:
    """Return the fields that change with the state, whatever brings an order there, and their values.

    What only the state before needed is let go: codes end with `ready`, a final order keeps no personal data.
    """
    changes: dict[str, Any] = {
        "status_changed_at": at,
        "attention": "",
        "last_failure": "",
        "failures": 0,
    }
    if new != Status.READY:
        changes |= dict.fromkeys(("qr_token", "activation_code", "qr_svg", "codes_expire_at"))
    if new in ENDING | FINAL:
        changes["extend_to"] = None
    if new in FINAL:
        changes |= dict.fromkeys(("next_attempt_at", "leased_until", "holder", "photo"))
        changes |= {"blocked_by": "", "holder_fingerprint": "", "routine": False}
    return changes


def move(
    order: Order, new: Status, reason: Reason, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Bring a locked order into another state, and write the event.

    Raises NotAllowed where the table has no such step.
    """
    old = Status(order.status)
    if new not in TRANSITIONS[old]:
        raise NotAllowed(order)
    order.status = new
    for field, value in consequences(new, at).items():
        setattr(order, field, value)
    if new == Status.READY and order.ready_at is None:
        order.ready_at = at
    note(order, reason, by=by, old=old, detail=detail, at=at)
