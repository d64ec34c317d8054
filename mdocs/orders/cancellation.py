"""Cancellation: cancelling, revoking, and closing what mDokumenty does not know."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.errors import NotAllowed
from mdocs.orders.locking import order_for_update
from mdocs.orders.transitions import transition
from mdocs.querysets import Lane
from mdocs.statuses import CANCELLABLE, ENDING, FINAL, REVOCABLE, Attention, Reason, RevocationReason, Status
from mdocs.step_log import current_request_id
from mdocs.wakeup import wake_after_commit
from students.models import User


def cancel(
    order: Order,
    *,
    by: User | None,
    reason: RevocationReason = RevocationReason.HOLDER_REQUEST,
    at: datetime | None = None,
) -> Order:
    """Cancel an order that is not ready: at once if it was certainly never sent, else once mDokumenty has.

    Should it prove to be collected already, it is revoked for this `reason`. Raises NotAllowed from any other state.
    """
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if order.status not in CANCELLABLE:
            raise NotAllowed(order)
        end_locked(order, reason, by=by, at=at)
    return order


def revoke(
    order: Order,
    *,
    by: User | None,
    reason: RevocationReason = RevocationReason.HOLDER_REQUEST,
    at: datetime | None = None,
) -> Order:
    """Revoke an mLegitymacja that is ready or collected, on every phone. Raises NotAllowed from any other state."""
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if order.status not in REVOCABLE:
            raise NotAllowed(order)
        end_locked(order, reason, by=by, at=at)
    return order


def end(
    order: Order,
    *,
    by: User | None,
    reason: RevocationReason,
    at: datetime | None = None,
    low_priority: bool = False,
) -> Order:
    """Cancel the order or revoke the mLegitymacja, as its state asks for when it is locked.

    `low_priority` where nobody waits for it. Raises NotAllowed where it is over or on its way out.
    """
    with order_for_update(order.pk) as order:
        end_locked(order, reason, by=by, at=at or timezone.now(), low_priority=low_priority)
    return order


def ending_transition(order: Order, reason: RevocationReason) -> tuple[Status, Reason]:
    """Return the state to which an order goes when it is to end for a reason, and the reason of that step.

    What was certainly never sent ends at once; so does a document on a phone that its date alone ends, there as here.
    Raises NotAllowed for one that is over or ending already.
    """
    match Status(order.status):
        case Status.WAITING if order.sent_at is None:
            return Status.CANCELLED, Reason.NEVER_SENT
        case status if status in CANCELLABLE:
            return Status.CANCELLING, Reason.CANCEL_ASKED
        case Status.COLLECTED if reason == RevocationReason.DATE_PASSED:
            return Status.LAPSED, Reason.DATE_PASSED
        case status if status in REVOCABLE:
            return Status.REVOKING, Reason.REVOKE_ASKED
    raise NotAllowed(order)


def ending_fields(
    new: Status, reason: RevocationReason, *, at: datetime, low_priority: bool = False
) -> dict[str, Any]:
    """Return the field values with which an order begins to end for a reason; REPLACED asks for a new order as well."""
    return {
        "revocation_reason": "" if new == Status.LAPSED else reason,
        "order_again": reason == RevocationReason.REPLACED,
        "next_attempt_at": at,
        "low_priority": low_priority,
        "request_id": current_request_id(),
    }


def end_locked(
    order: Order, reason: RevocationReason, *, by: User | None, at: datetime, low_priority: bool = False
) -> None:
    """End a locked order by the transition that its state allows; `low_priority` where nobody waits for it.

    Raises NotAllowed where the order is over or ending already.
    """
    new, why = ending_transition(order, reason)
    for field, value in ending_fields(new, reason, at=at, low_priority=low_priority).items():
        setattr(order, field, value)
    detail = "" if new == Status.LAPSED else reason
    transition(order, new, why, by=by, detail=detail, at=at)
    wake_after_commit(Lane.SEND)


def can_be_written_off(order: Order) -> bool:
    """Say whether only people can still find out what became of an order.

    mDokumenty has said last that it does not know it; or it is to end, and whatever the worker does about that fails in
    a way that waits for staff. So from every state there is a way out: end it, and if that cannot come about, close it.
    """
    if order.status in FINAL:
        return False
    return order.attention == Attention.UNKNOWN_THERE or (order.status in ENDING and order.attention != "")


def write_off(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """End an order of which staff have learnt from the ministry that mDokumenty does not have it.

    What might have been a document is `revoked`, the rest `cancelled`. Should mDokumenty know the document after all,
    the holder's next order finds it (409) and ends it. Raises NotAllowed where not `can_be_written_off`.
    """
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if not can_be_written_off(order):
            raise NotAllowed(order)
        was_document = order.status in REVOCABLE | {Status.REVOKING}
        new = Status.REVOKED if was_document else Status.CANCELLED
        transition(order, new, Reason.WRITTEN_OFF, by=by, at=at)
    return order
