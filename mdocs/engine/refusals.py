"""Refusals: the same "no" to different orders, one after the other, is about us and not about these orders.

Our certificate, agreement, address or version of the interface is wrong then, and each order would be set aside for it.
So a run of REFUSALS_TO_PAUSE pauses the lane as not accepted, and what it has set aside goes on with all others.

The first refusals of such a run were recorded as the orders' own before anybody could know. A final order stays final,
and its message was true when it was sent: its student is ordered for anew and told so. One that was set aside goes on.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.db import transaction

from mdocs.engine import breaker
from mdocs.engine.breaker import Cause, State
from mdocs.models import Breaker, Order
from mdocs.orders import order_for_update, place_after_refusals, record_event
from mdocs.querysets import ENCRYPTED, Lane
from mdocs.statuses import FINAL, Attention, Failure, Reason, Status

REFUSALS_TO_PAUSE = 5  # orders of different people, with no order accepted in between
# Kinds of refusals; only those of one kind make a run.
KIND_FOREIGN = "foreign"  # a 4xx that is not mDokumenty's own, such as a proxy's
KIND_MISTAKE = "mistake"  # mDokumenty calls the request itself wrong
KIND_REJECTED = "422 "  # mDokumenty refuses the holder; its code follows
_PROOF_LASTS = timedelta(hours=1)
_ORDERED_ANEW = timedelta(days=7)  # a refusal of longer ago is nothing that its holder still waits on
# With these the holder has been told to bring something else, and the same once more is of no use.
_HOLDER_MENDS = frozenset({"photo_rejected"})


class Finding(Enum):
    """Finding about refusals: what they turned out to be about."""

    THE_ORDERS = "the orders"
    US = "us"
    STILL_US = "still us"  # a probe, of a lane that was paused before


@dataclass(frozen=True)
class Refusal:
    """A "no" to one order, whose meaning is not known before the round is over; `record` records it."""

    order: UUID
    operation: str
    kind: str
    cause: Cause
    detail: str
    record: Callable[[Finding], None]


def judge(lane: Lane, refusals: Sequence[Refusal], now: datetime) -> Finding:
    """Count the refusals of a round in which none of these calls was accepted, and say what they are about."""
    kind, _ = Counter(refusal.kind for refusal in refusals).most_common(1)[0]
    alike = [refusal for refusal in refusals if refusal.kind == kind]
    with transaction.atomic():
        row = {row.lane: row for row in Breaker.objects.select_for_update().order_by("lane")}[lane]
        if row.state == State.NOT_ACCEPTED and kind in {KIND_FOREIGN, row.run_kind}:
            _pause(lane, alike[-1], now)
            return Finding.STILL_US
        if row.state != State.CLOSED and kind != KIND_FOREIGN:
            # Its own word, though a "no": it answers, and what was refused before is not refused any more.
            breaker.record_answer(lane, now, {refusal.operation for refusal in alike})
            row.refresh_from_db()
        if _is_about_the_holders(row, kind, now):
            return Finding.THE_ORDERS
        run = dict(row.run) if row.run_kind == kind else {}
        earlier = run.keys() - {str(refusal.order) for refusal in alike}
        run |= {str(refusal.order): refusal.operation for refusal in alike}
        Breaker.objects.filter(lane=lane).update(
            run_kind=kind, run=list(run.items()), failures=row.failures if kind == KIND_FOREIGN else 0
        )
    if not _is_about_us(run):
        return Finding.THE_ORDERS
    # Students and orders are locked with the breaker's row let go (docs/architecture.md, Order of locks). The run is
    # still there: where this worker dies, the next refusal takes them up again.
    _take_up_again(earlier, kind, now)
    _pause(lane, alike[-1], now)
    return Finding.US


def _is_about_us(run: Collection[str]) -> bool:
    """Say whether enough different people were refused: one who orders again and again is no run."""
    if len(run) < REFUSALS_TO_PAUSE:
        return False
    return Order.objects.filter(pk__in=run).values("student").distinct().count() >= REFUSALS_TO_PAUSE


def _is_about_the_holders(row: Breaker, kind: str, now: datetime) -> bool:
    """Say whether the lane has lately been paused for this very refusal, and an order was accepted after that.

    Then the refusal is about the holders after all, and those who were held back for it are refused.
    """
    is_lately = row.state == State.CLOSED and not row.run and now - row.changed_at < _PROOF_LASTS
    return kind.startswith(KIND_REJECTED) and row.run_kind == kind and is_lately


def _pause(lane: Lane, refusal: Refusal, now: datetime) -> None:
    breaker.record_not_accepted(
        lane, now, refusal.operation, cause=refusal.cause, detail=refusal.detail, run_kind=refusal.kind
    )


def _take_up_again(orders: Collection[str], kind: str, at: datetime) -> None:
    """Have the orders of a run that were recorded as refused, or set aside, go on with the others."""
    code = kind.removeprefix(KIND_REJECTED)
    found = Order.objects.filter(pk__in=orders).defer(*ENCRYPTED).order_by("created_at")
    for order in found:
        if order.status not in FINAL:
            _resume(order.pk, at)
        elif (
            (order.status, order.rejection_code) == (Status.REJECTED, code)
            and code not in _HOLDER_MENDS
            and at - order.status_changed_at < _ORDERED_ANEW
        ):
            place_after_refusals(order, at=at)


def _resume(key: UUID, at: datetime) -> None:
    """Let an order that the run has set aside wait with the others, at its own place in the queue."""
    with order_for_update(key) as order:
        if order.status in FINAL or order.attention != Attention.OUR_MISTAKE:
            return  # over, or something else has become of it since
        order.attention, order.failures, order.last_failure = "", 0, Failure.NOT_ACCEPTED
        order.next_attempt_at = min(order.status_changed_at, at)
        record_event(order, Reason.RESUMED, at=at)
