"""Attention: which advice of `mdocs.advice` an order calls for."""

from datetime import datetime

from mdocs.advice import ACCOUNT_OFF, FOR_STAFF, LATE, NOT_EXTENDED, REFUSED, REFUSED_UNLISTED, Advice
from mdocs.models import Order
from mdocs.querysets import LONG_WAIT
from mdocs.statuses import ENDABLE, UNDER_WAY, Status


def advice(order: Order, now: datetime) -> Advice | None:
    """Return why the order does not go on and what to do; None for one that is on its way, or well over."""
    if order.attention:
        return FOR_STAFF[order.attention]
    if order.status == Status.REJECTED:
        found = REFUSED.get(order.rejection_code, REFUSED_UNLISTED)
        return Advice(found.why % {"code": order.rejection_code}, found.do)
    if order.status in UNDER_WAY and order.status_changed_at < now - LONG_WAIT:
        return LATE
    if order.status in ENDABLE and not order.student.user.is_active:
        return ACCOUNT_OFF
    if order.status == Status.COLLECTED and order.extension_asked_at is not None:
        waits_since = max(order.extension_asked_at, order.status_changed_at)
        return NOT_EXTENDED if waits_since < now - LONG_WAIT else None
    return None
