"""Transitions: a change of an order's state, checked against the table in `mdocs/statuses.py`, with its event."""

from datetime import datetime
from typing import Any

from mdocs.models import Order
from mdocs.orders.errors import NotAllowed
from mdocs.orders.events import record_event
from mdocs.orders.placement import place_successor
from mdocs.statuses import ENDING, FINAL, TRANSITIONS, Reason, Status
from students.models import User


def transition_fields(new: Status, at: datetime) -> dict[str, Any]:
    """Return the field values that every transition into `new` sets.

    What only the previous state needed is cleared: the codes after `ready`, all personal data in a final state.
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
        changes |= dict.fromkeys(("extend_to", "extension_asked_at"))
    if new in FINAL:
        changes |= dict.fromkeys(("next_attempt_at", "leased_until", "holder", "photo"))
        changes |= {"blocked_by": "", "holder_fingerprint": "", "low_priority": False}
    return changes


def transition(
    order: Order, new: Status, reason: Reason, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Change the state of a locked order, and write the event.

    Places the successor of an order that is final now, where its student asked for one. Raises NotAllowed for a
    transition that is not in the table.
    """
    old = Status(order.status)
    if new not in TRANSITIONS[old]:
        raise NotAllowed(order)
    order.status = new
    for field, value in transition_fields(new, at).items():
        setattr(order, field, value)
    if new == Status.READY:
        order.ready_at = at
    record_event(order, reason, by=by, old=old, detail=detail, at=at)
    if new in FINAL and order.order_again:
        order.save()  # before its successor is: a student has one live order
        place_successor(order, at)
