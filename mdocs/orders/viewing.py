"""Viewing: a student who looks at an order has the engine poll it sooner and more often."""

from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Least

from mdocs import schedule
from mdocs.models import Order
from mdocs.statuses import Status


def prioritise(order: Order) -> None:
    """Raise the priority of an order that was placed or ended in bulk, because its student is waiting.

    Costs no lock, and nothing at all for an order that is not one of many.
    """
    if order.low_priority:
        Order.objects.filter(pk=order.pk, low_priority=True).update(low_priority=False)


def poll_faster(order: Order, *, at: datetime) -> None:
    """Note that the student has a ready order before them, so that it is asked about more often for a while.

    Costs no lock, and writes nothing when it was noted a moment ago.
    """
    if order.poll_fast_until is not None and order.poll_fast_until >= at + schedule.WATCHED / 2:
        return
    Order.objects.filter(pk=order.pk, status=Status.READY).filter(
        Q(poll_fast_until__isnull=True) | Q(poll_fast_until__lt=at + schedule.WATCHED / 2)
    ).update(
        low_priority=False,
        poll_fast_until=at + schedule.WATCHED,
        next_attempt_at=Least(F("next_attempt_at"), at + schedule.WATCHED_QUESTION),
    )


def record_view(order: Order, *, at: datetime) -> None:
    """Record that the student looks at an order: it is polled faster once it is ready, and takes precedence before."""
    if order.status == Status.READY:
        poll_faster(order, at=at)
    else:
        prioritise(order)


def record_codes_view(order: Order, *, at: datetime) -> bool:
    """Record that the student looks at the codes; return True at the beginning of a visit (`schedule.WATCHED`)."""
    poll_faster(order, at=at)
    earlier = Q(codes_seen_at__isnull=True) | Q(codes_seen_at__lt=at - schedule.WATCHED)
    return bool(Order.objects.filter(earlier, pk=order.pk, status=Status.READY).update(codes_seen_at=at))
