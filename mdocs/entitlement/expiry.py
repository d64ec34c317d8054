"""Expiry: what becomes of an order when its last valid day is over.

The rules are those of `mdocs.entitlement.rules`, for one order at the moment it concerns; the daily sweep asks the
same for all.
"""

import logging
from datetime import datetime

from django.utils import timezone

from mdocs.entitlement import brake, rules
from mdocs.models import Order
from mdocs.orders import record_event
from mdocs.orders.cancellation import end_locked
from mdocs.orders.extension import later_date
from mdocs.orders.locking import order_for_update
from mdocs.querysets import Lane
from mdocs.schedule import LONGEST_RETRY, first_moment_after
from mdocs.statuses import ENDABLE, RevocationReason, Status
from mdocs.wakeup import wake_after_commit

logger = logging.getLogger(__name__)


def lapse(order: Order, *, at: datetime) -> bool:
    """Lock an order and do with it what `settle` does; return what it returns."""
    with order_for_update(order.pk) as order:
        return settle(order, at)


def note_not_extended(order: Order, reason: RevocationReason | None) -> None:
    """Log an order that ends because mDokumenty has not extended it in time."""
    if reason == RevocationReason.DATE_PASSED and order.extend_to is not None:
        logger.error("order=%s mDokumenty has not extended it in the week after its last valid day", order.pk)


def settle(order: Order, at: datetime) -> bool:
    """End a locked order whose last valid day is over, or have it last longer; return whether that is settled.

    Where the right is lost it ends for that reason, else as `rules` say: on a phone it is extended if it should last
    longer, and lapses if not, or if mDokumenty has not extended it within EXTENSION_GRACE; what is on no phone yet
    gives way to a new order, and what was never sent is sent with the new date. While the clock is in doubt
    (`mdocs.entitlement.brake`) it waits for the sweep.
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
    step = later_date(order, until, at) if until is not None else None
    if step is None:
        return False
    changes, reason = step
    for field, value in changes.items():
        setattr(order, field, value)
    if never_sent:
        order.next_attempt_at = at
    record_event(order, reason, detail=until.isoformat() if until else "", at=at)
    wake_after_commit(Lane.SEND)
    return True
