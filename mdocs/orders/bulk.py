"""Commands for many orders at once: the same steps as for one, in as many statements for a thousand as for three.

Orders are taken in batches, each in a transaction of its own. A batch takes the rows that are free and never waits
while it holds any, so it cannot get into a deadlock with the workers; those that somebody held in that moment are then
waited for one by one. So nothing is skipped, and whatever kills the work leaves whole batches behind it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mdocs import audit
from mdocs.models import Order, OrderEvent
from mdocs.orders.cancellation import ending_fields, ending_transition
from mdocs.orders.errors import NotEligible
from mdocs.orders.events import new_event, store_events
from mdocs.orders.extension import later_date, withdrawn_date
from mdocs.orders.placement import candidates, draft_order
from mdocs.orders.transitions import transition_fields
from mdocs.querysets import Lane
from mdocs.statuses import ENDABLE, Reason, RevocationReason, Status
from mdocs.wakeup import wake_after_commit
from students.eligibility import Eligibility
from students.models import Student, User

# Orders, or students, taken at a time: so few that PostgreSQL looks each of them up instead of reading whole tables.
BATCH = 250
# What so few want is done in a second or two; from here on, whoever waits in front of a page goes first.
MANY = 20
DateChange = Callable[[Order, date, datetime], tuple[dict[str, Any], Reason] | None]
# Columns of an order that are read for ending or extending it.
READ = ("id", "status", "sent_at", "valid_until", "extend_to", "student_id", "album_number", "mdokumenty_id")


def end(
    order_ids: Iterable[UUID],
    reasons: Callable[[Sequence[Order]], Mapping[UUID, RevocationReason]],
    *,
    by: User | None,
    at: datetime | None = None,
) -> Counter[RevocationReason]:
    """Cancel or revoke orders, each for its reason, and return how many ended for which.

    `reasons` is asked about each batch while its rows are held; an order that it does not name stays, and so does one
    that is over or ending already. Raises RuntimeError inside a transaction.
    """
    at = at or timezone.now()
    wanted = list(order_ids)
    ended: Counter[RevocationReason] = Counter()

    def end_held(held: Sequence[Order]) -> None:
        why = reasons(held)
        ended.update(why[order.pk] for order in held if order.pk in why)
        _end([order for order in held if order.pk in why], why, by=by, at=at, low_priority=len(wanted) > MANY)

    _in_batches(wanted, end_held)
    return ended


def _end(
    held: Sequence[Order],
    why: Mapping[UUID, RevocationReason],
    *,
    by: User | None,
    at: datetime,
    low_priority: bool,
) -> None:
    ways: defaultdict[tuple[Status, RevocationReason], list[UUID]] = defaultdict(list)
    events = []
    for order in held:
        cause, old = why[order.pk], order.status
        new, reason = ending_transition(order, cause)
        ways[new, cause].append(order.pk)
        order.status = new
        detail = "" if new == Status.LAPSED else cause
        events.append(new_event(order, reason, by=by, old=old, detail=detail, at=at))
    for (new, cause), ids in ways.items():
        changes = ending_fields(new, cause, at=at, low_priority=low_priority) | transition_fields(new, at)
        Order.objects.filter(pk__in=ids).update(status=new, **changes)
    _write_down(events)
    wake_after_commit(Lane.SEND)


def extend(dates: Mapping[UUID, date], *, by: User | None, at: datetime | None = None) -> int:
    """Have each order's mLegitymacja valid until its date, as `orders.extend` does; return how many change.

    One that is over or on its way out stays as it is. Raises RuntimeError inside a transaction.
    """
    return _change_dates(later_date, dates, by=by, at=at)


def withdraw_extensions(dates: Mapping[UUID, date], *, by: User | None, at: datetime | None = None) -> int:
    """Take back what of an extension is later than each order's date and has not come about; return how many change.

    Raises RuntimeError inside a transaction.
    """
    return _change_dates(withdrawn_date, dates, by=by, at=at)


def extend_held(held: Sequence[Order], dates: Mapping[UUID, date], *, by: User | None, at: datetime) -> int:
    """Do as `extend` does with orders that are locked, inside their transaction; return how many change."""
    return _change_dates_of(held, later_date, dates, by=by, at=at)


def withdraw_held(held: Sequence[Order], dates: Mapping[UUID, date], *, by: User | None, at: datetime) -> int:
    """Do as `withdraw_extensions` does with orders that are locked, inside their transaction; return how many
    change."""
    return _change_dates_of(held, withdrawn_date, dates, by=by, at=at)


def _change_dates(
    change_date: DateChange, dates: Mapping[UUID, date], *, by: User | None, at: datetime | None
) -> int:
    at = at or timezone.now()
    changed = 0

    def change_held(held: Sequence[Order]) -> None:
        nonlocal changed
        changed += _change_dates_of(held, change_date, dates, by=by, at=at)

    _in_batches(list(dates), change_held)
    return changed


def _change_dates_of(
    held: Sequence[Order],
    change_date: DateChange,
    dates: Mapping[UUID, date],
    *,
    by: User | None,
    at: datetime,
) -> int:
    alike: defaultdict[tuple[tuple[str, Any], ...], list[UUID]] = defaultdict(list)
    events = []
    for order in held:
        if order.pk in dates and (step := change_date(order, dates[order.pk], at)):
            changes, reason = step
            alike[tuple(sorted(changes.items()))].append(order.pk)
            events.append(new_event(order, reason, by=by, detail=dates[order.pk].isoformat(), at=at))
    for changes_of_all, ids in alike.items():
        Order.objects.filter(pk__in=ids).update(**dict(changes_of_all))
    # A document follows its card, and the card's entry in the audit log says who extended it: no second one for each.
    store_events(events)
    wake_after_commit(Lane.SEND)
    return len(events)


@dataclass
class Placed:
    """Outcome of ordering for many: the orders, how many have one already, and whose conditions are not met."""

    orders: list[Order] = field(default_factory=list)
    have_one: int = 0
    not_eligible: list[tuple[Student, Eligibility]] = field(default_factory=list)


def place(student_ids: Sequence[int], *, by: User, at: datetime | None = None) -> Placed:
    """Order for each student who has the right and no live order; the worker takes these after everybody else's.

    Meant for up to BATCH students.

    A student who orders at the same moment has one order all the same: it is decided under the lock on the student
    under which `orders.place` decides.
    """
    at, placed = at or timezone.now(), Placed()
    with transaction.atomic():
        # In the order of their keys, as everything that locks several: so nobody waits for each other in a circle.
        of_cohort = Student.objects.filter(pk__in=student_ids).order_by("pk")
        locked = list(of_cohort.select_for_update(no_key=True).values_list("pk", flat=True))
        live = set(Order.objects.live().filter(student__in=locked).values_list("student_id", flat=True))
        placed.have_one = len(live)
        without = [student_id for student_id in locked if student_id not in live]
        for student in candidates(timezone.localdate(at)).filter(pk__in=without).order_by("pk"):
            try:
                order = draft_order(student, at)
            except NotEligible as refused:
                placed.not_eligible.append((student, refused.eligibility))
            else:
                order.low_priority = True
                placed.orders.append(order)
        Order.objects.bulk_create(placed.orders)
        _write_down(
            [new_event(order, Reason.ORDERED_FOR_COHORT, by=by, old="", at=at) for order in placed.orders]
        )
        wake_after_commit(Lane.SEND)
    return placed


def _write_down(events: Sequence[OrderEvent]) -> None:
    store_events(events)
    audit.record_steps((event.order, event) for event in events)


def _in_batches(order_ids: Sequence[UUID], step: Callable[[Sequence[Order]], None]) -> None:
    """Call `step` with the orders that can still be ended or extended, batch by batch, their rows held."""
    endable = Order.objects.filter(status__in=ENDABLE).only(*READ).order_by("pk")
    ids, busy = iter(order_ids), list[UUID]()
    while batch := list(islice(ids, BATCH)):
        with transaction.atomic(durable=True):
            held = list(endable.filter(pk__in=batch).select_for_update(skip_locked=True))
            if held:
                step(held)
        free = {order.pk for order in held}
        busy += [order_id for order_id in batch if order_id not in free]
    for order_id in busy:
        with transaction.atomic(durable=True):
            if held := list(endable.filter(pk=order_id).select_for_update()):
                step(held)
