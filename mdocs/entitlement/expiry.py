"""Expiry of collected documents: past the last valid day a document lapses, or is revoked if the right is lost as
well."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.models import Order
from mdocs.orders.cancellation import end_locked
from mdocs.orders.locking import order_for_update
from mdocs.orders.transitions import transition
from mdocs.querysets import EXTENSION_GRACE
from mdocs.schedule import first_moment_after
from mdocs.statuses import Reason, Status

logger = logging.getLogger(__name__)


def lapse(order: Order, *, at: datetime) -> bool:
    """End a collected mLegitymacja whose last valid day is over; say if it did.

    One that is being extended has EXTENSION_GRACE until mDokumenty must have done so.
    Where the right to it is lost as well, it is revoked for that reason: mDokumenty and the student are told.
    """
    with order_for_update(order.pk) as order:
        grace = timedelta() if order.extend_to is None else EXTENSION_GRACE
        if order.status != Status.COLLECTED or at < first_moment_after(order) + grace:
            return False
        if order.extend_to is not None:
            logger.error(
                "order %s: mDokumenty has not extended it in the week after its last valid day", order.pk
            )
        if lost := rules.loss_reasons([order], timezone.localdate(at)).get(order.pk):
            end_locked(order, lost, by=None, at=at, low_priority=True)
        else:
            transition(order, Status.LAPSED, Reason.DATE_PASSED, at=at)
        return True


def lapse_overdue(now: datetime) -> int:
    """Lapse every collected document whose last valid day is over, each in a transaction of its own; return how
    many."""
    return sum(lapse(order, at=now) for order in Order.objects.overdue(timezone.localdate(now)).iterator())
