"""What keeps an order going: extending, retrying, watching."""

from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone

from mdocs import schedule
from mdocs.models import Order
from mdocs.orders.locking import locked
from mdocs.orders.steps import NotAllowed, note
from mdocs.querysets import Lane
from mdocs.statuses import ENDING, FINAL, Reason, Status
from mdocs.wakeup import wake_after_commit
from students.models import User


def extend(order: Order, until: date, *, by: User | None, at: datetime | None = None) -> Order:
    """Have the mLegitymacja valid until a later date, without the student doing anything.

    An order that was never sent just asks for the later date; a collected document is extended in mDokumenty; one in
    between is extended as soon as it has been collected (the contract knows no earlier moment). A date that is not
    later changes nothing. Raises NotAllowed where the order is over or on its way out.
    """
    at = at or timezone.now()
    with locked(order.pk) as order:
        if order.status in ENDING | FINAL:
            raise NotAllowed(order)
        if step := later_date(order, until, at):
            changes, reason = step
            for field, value in changes.items():
                setattr(order, field, value)
            note(order, reason, by=by, detail=until.isoformat(), at=at)
            wake_after_commit(Lane.SEND)
    return order


def later_date(order: Order, until: date, at: datetime) -> tuple[dict[str, Any], Reason] | None:
    """Return what a later date changes in a live order, and what its event says; None where it is not later."""
    if until <= max(order.valid_until, order.extend_to or order.valid_until):
        return None
    if order.status == Status.WAITING and order.sent_at is None:
        return {"valid_until": until, "extend_to": None}, Reason.EXTENDED
    if order.status == Status.COLLECTED:
        return {"extend_to": until, "next_attempt_at": at}, Reason.EXTENSION_ASKED
    return {"extend_to": until}, Reason.EXTENSION_ASKED


def retry(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Let the worker try an order that waits for staff, or to be tried again, at once. Raises NotAllowed once over."""
    at = at or timezone.now()
    with locked(order.pk) as order:
        if order.status in FINAL:
            raise NotAllowed(order)
        order.attention = order.last_failure = ""
        order.failures = 0
        order.next_attempt_at = at
        note(order, Reason.RETRIED, by=by, at=at)
        for lane in Lane:
            wake_after_commit(lane)
    return order


def hurry(order: Order) -> None:
    """Note that a student waits for an order that was placed, or ended, for many at once: it is nobody's routine now.

    Costs no lock, and nothing at all for an order that is not one of many.
    """
    if order.routine:
        Order.objects.filter(pk=order.pk, routine=True).update(routine=False)


def watch(order: Order, *, at: datetime) -> None:
    """Note that the student has a ready order before them, so that it is asked about more often for a while.

    Costs no lock, and writes nothing when it was noted a moment ago.
    """
    if order.watched_until is not None and order.watched_until >= at + schedule.WATCHED / 2:
        return
    Order.objects.filter(pk=order.pk, status=Status.READY).filter(
        Q(watched_until__isnull=True) | Q(watched_until__lt=at + schedule.WATCHED / 2)
    ).update(
        routine=False,
        watched_until=at + schedule.WATCHED,
        next_attempt_at=Least(F("next_attempt_at"), at + schedule.WATCHED_QUESTION),
    )


def note_look(order: Order, *, at: datetime) -> None:
    """Have the engine know that a student waits for an order, or has its codes at hand."""
    if order.status == Status.READY:
        watch(order, at=at)
    else:
        hurry(order)


def watch_codes(order: Order, *, at: datetime) -> bool:
    """Note that the student looks at the codes; say whether a new look begins: none did for `schedule.WATCHED`."""
    watch(order, at=at)
    earlier = Q(codes_seen_at__isnull=True) | Q(codes_seen_at__lt=at - schedule.WATCHED)
    return bool(Order.objects.filter(earlier, pk=order.pk, status=Status.READY).update(codes_seen_at=at))
