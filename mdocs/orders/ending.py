"""Cancelling, revoking, and ordering again."""

from datetime import datetime

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.locking import locked
from mdocs.orders.steps import NotAllowed, NotEligible, move, note
from mdocs.querysets import Lane
from mdocs.statuses import CANCELLABLE, REVOCABLE, Reason, RevocationReason, Status
from mdocs.wakeup import wake_after_commit
from students.eligibility import assess
from students.models import Student, User


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
    with locked(order.pk) as order:
        if order.status not in CANCELLABLE:
            raise NotAllowed(order)
        if order.status == Status.WAITING and order.sent_at is None:
            move(order, Status.CANCELLED, Reason.NEVER_SENT, by=by, at=at)
        else:
            order.revocation_reason = reason
            order.next_attempt_at = at
            move(order, Status.CANCELLING, Reason.CANCEL_ASKED, by=by, at=at)
            wake_after_commit(Lane.SEND)
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
    with locked(order.pk) as order:
        _revoke(order, reason, by=by, at=at)
    return order


def _revoke(order: Order, reason: RevocationReason, *, by: User | None, at: datetime) -> None:
    if order.status not in REVOCABLE:
        raise NotAllowed(order)
    order.revocation_reason = reason
    order.next_attempt_at = at
    move(order, Status.REVOKING, Reason.REVOKE_ASKED, by=by, detail=reason, at=at)
    wake_after_commit(Lane.SEND)


def order_again(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Revoke the mLegitymacja and order a new one as soon as mDokumenty has revoked the old, in that sequence.

    Return the old order. Raises NotAllowed unless it is ready or collected, and NotEligible where a new order would
    be refused anyway: then the old one is left as it is.
    """
    at = at or timezone.now()
    with locked(order.pk) as order:
        _revoke(order, RevocationReason.HOLDER_REQUEST, by=by, at=at)
        student = Student.objects.with_conditions(timezone.localdate(at)).get(pk=order.student_id)
        if not (eligibility := assess(student)).may_order:
            raise NotEligible(eligibility)
        order.order_again = True
        note(order, Reason.AGAIN_ASKED, by=by, at=at)
    return order
