"""Ordering again: a new order that follows by itself when the one before it has ended."""

from datetime import datetime

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.cancellation import end_locked
from mdocs.orders.errors import NotAllowed, NotEligible
from mdocs.orders.events import record_event
from mdocs.orders.locking import order_for_update
from mdocs.statuses import ENDING, REVOCABLE, Reason, RevocationReason
from students.eligibility import assess
from students.models import Student, User


def order_again(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Revoke the mLegitymacja and order a new one as soon as mDokumenty has revoked the old, in that sequence.

    Return the old order. Raises NotAllowed unless it is ready or collected, and NotEligible where a new order would
    be refused anyway: then the old one is left as it is.
    """
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if order.status not in REVOCABLE:
            raise NotAllowed(order)
        end_locked(order, RevocationReason.HOLDER_REQUEST, by=by, at=at)
        _follow(order, by=by, at=at)
    return order


def order_next(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Have a new order follow one that its student has cancelled or revoked, as soon as mDokumenty confirms that.

    Asked again, nothing changes. Raises NotAllowed for one that is not ending at the student's request, and NotEligible
    where a new order would be refused anyway.
    """
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        _check_ends_at_request(order)
        if not order.order_again:
            _follow(order, by=by, at=at)
    return order


def withdraw_next(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Let no new order follow one that is still ending; asked again, nothing changes. Raises NotAllowed as
    `order_next`."""
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        _check_ends_at_request(order)
        if order.order_again:
            order.order_again = False
            record_event(order, Reason.AGAIN_WITHDRAWN, by=by, at=at)
    return order


def _check_ends_at_request(order: Order) -> None:
    # What the portal replaces by itself is not the student's to call off.
    if order.status not in ENDING or order.revocation_reason != RevocationReason.HOLDER_REQUEST:
        raise NotAllowed(order)


def _follow(order: Order, *, by: User, at: datetime) -> None:
    student = Student.objects.with_conditions(timezone.localdate(at)).get(pk=order.student_id)
    if not (eligibility := assess(student)).may_order:
        raise NotEligible(eligibility)
    order.order_again = True
    record_event(order, Reason.AGAIN_ASKED, by=by, at=at)
