"""One step in an order's life: checked against the table of transitions, with the event that tells of it."""

from datetime import datetime

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
    old = order.status if old is None else old
    OrderEvent.objects.create(
        order=order, old=old, new=order.status, reason=reason, detail=detail, actor=by, at=at
    )
    if by is not None:
        audit.record_step(order, reason, by=by, old=old, detail=detail)


def move(
    order: Order, new: Status, reason: Reason, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Bring a locked order into another state, and write the event. Raises NotAllowed where the table has no such step.

    What only the state before needed is let go: codes end with `ready`, a final order keeps no personal data.
    """
    old = Status(order.status)
    if new not in TRANSITIONS[old]:
        raise NotAllowed(order)
    order.status = new
    order.status_changed_at = at
    order.attention = order.last_failure = ""
    order.failures = 0
    if new != Status.READY:
        order.qr_token = order.activation_code = order.qr_svg = order.codes_expire_at = None
    if new in ENDING | FINAL:
        order.extend_to = None
    if new in FINAL:
        order.next_attempt_at = order.leased_until = order.holder = order.photo = None
        order.blocked_by = ""
    note(order, reason, by=by, old=old, detail=detail, at=at)
