"""Expiry: what becomes of an order when its last valid day is over.

The rules are those of `mdocs.entitlement.rules`, for one order at the moment it concerns; the daily sweep asks the
same for all.
"""

import logging
from datetime import datetime

from django.utils import timezone

from mdocs.entitlement import brake, rules
from mdocs.models import Order
from mdocs.orders.cancellation import end_locked
from mdocs.orders.extension import extend_locked
from mdocs.orders.locking import order_for_update
from mdocs.schedule import LONGEST_RETRY, first_moment_after
from mdocs.statuses import ENDABLE, RevocationReason, Status

logger = logging.getLogger(__name__)


def lapse(order: Order, *, at: datetime) -> bool:
    """Lock an order and `settle` it; return whether it is settled."""
    with order_for_update(order.pk) as order:
        return settle(order, at)


def note_not_extended(order: Order, reason: RevocationReason | None) -> None:
    """Log an order that ends because mDokumenty has not extended it in time."""
    if reason == RevocationReason.DATE_PASSED and order.extend_to is not None:
        logger.error("order=%s mDokumenty has not extended it in the week after its last valid day", order.pk)


def settle(order: Order, at: datetime) -> bool:
    """End or extend a locked order whose last valid day is over; return False where nothing is to be done with it.

    - Its student has lost the right: it ends for that reason.
    - It is on a phone: it is extended if it should last longer. It lapses if not, or if mDokumenty has not extended it
      within EXTENSION_GRACE.
    - It is on no phone yet: it gives way to a new order; one that was never sent is sent with the new date.
    - The clock is in doubt (`mdocs.entitlement.brake`): it waits for the sweep.
    """
    if order.status not in ENDABLE or at < first_moment_after(order):
        return False
    if not brake.is_clock_believed(at):
        order.next_attempt_at = at + LONGEST_RETRY
        return True
    outcome = rules.outcome_of(order, timezone.localdate(at))
    if outcome.reason is not None:
        note_not_extended(order, outcome.reason)
        end_locked(order, outcome.reason, by=None, at=at, low_priority=True)
        return True
    never_sent = order.status == Status.WAITING and order.sent_at is None
    until = outcome.renewable_until if never_sent else outcome.due_until
    if until is None or not extend_locked(order, until, by=None, at=at):
        return False
    if never_sent:
        order.next_attempt_at = at
    return True
