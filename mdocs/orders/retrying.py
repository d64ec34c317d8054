"""Retry: staff have the engine try an order at once."""

from datetime import datetime

from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.errors import NotAllowed
from mdocs.orders.events import record_event
from mdocs.orders.locking import order_for_update
from mdocs.querysets import Lane
from mdocs.statuses import FINAL, Reason
from mdocs.step_log import current_request_id
from mdocs.wakeup import wake_after_commit
from students.models import User


def retry(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Let the worker try an order that waits for staff, or to be tried again, at once. Raises NotAllowed once over."""
    at = at or timezone.now()
    with order_for_update(order.pk) as order:
        if order.status in FINAL:
            raise NotAllowed(order)
        order.attention = order.last_failure = ""
        order.failures = 0
        order.next_attempt_at = at
        order.request_id = current_request_id()
        record_event(order, Reason.RETRIED, by=by, at=at)
        for lane in Lane:
            wake_after_commit(lane)
    return order
