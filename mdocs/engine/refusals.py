"""Refusals: the same "no" to different orders, one after the other, is about us and not about these orders.

Our certificate, agreement, address or version of the interface is wrong then, and each order would be set aside for it.
So a run of REFUSALS_TO_PAUSE pauses the lane as not accepted, and what it has set aside goes on with all others.
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
from mdocs.models import Breaker
from mdocs.orders import order_for_update, record_event
from mdocs.querysets import Lane
from mdocs.statuses import FINAL, Attention, Failure, Reason

REFUSALS_TO_PAUSE = 5  # different orders, with no order accepted in between
FOREIGN = "foreign"  # kind of refusals that are not mDokumenty's own word
MISTAKE = "mistake"
ALIKE = "422 "  # and its code
_PROOF_LASTS = timedelta(hours=1)


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
        if row.state == State.NOT_ACCEPTED and kind in {FOREIGN, row.run_kind}:
            _pause(lane, alike[-1], now)
            return Finding.STILL_US
        if row.state != State.CLOSED and kind != FOREIGN:
            # Its own word, though a "no": it answers, and what was refused before is not refused any more.
            breaker.record_answer(lane, now, {refusal.operation for refusal in alike})
            row.refresh_from_db()
        if _is_proved(row, kind, now):
            return Finding.THE_ORDERS
        run = dict(row.run) if row.run_kind == kind else {}
        earlier = set(run)
        run |= {str(refusal.order): refusal.operation for refusal in alike}
        if len(run) >= REFUSALS_TO_PAUSE:
            _pause(lane, alike[-1], now)
            _resume(earlier - {str(refusal.order) for refusal in alike}, now)
            return Finding.US
        Breaker.objects.filter(lane=lane).update(
            run_kind=kind, run=list(run.items()), failures=row.failures if kind == FOREIGN else 0
        )
    return Finding.THE_ORDERS


def _is_proved(row: Breaker, kind: str, now: datetime) -> bool:
    """Say whether the lane has lately been paused for this very refusal, and then an order was accepted: so it is about
    the holders after all, and those who were held back for it get their verdicts."""
    is_lately = row.state == State.CLOSED and not row.run and now - row.changed_at < _PROOF_LASTS
    return kind.startswith(ALIKE) and row.run_kind == kind and is_lately


def _pause(lane: Lane, refusal: Refusal, now: datetime) -> None:
    breaker.record_not_accepted(
        lane, now, refusal.operation, cause=refusal.cause, detail=refusal.detail, run_kind=refusal.kind
    )


def _resume(orders: Collection[str], at: datetime) -> None:
    """Let the orders that the run has set aside wait with the others, each at its own place in the queue."""
    for key in sorted(orders):
        with order_for_update(UUID(key)) as order:
            if order.status in FINAL or order.attention != Attention.OUR_MISTAKE:
                continue  # over, or something else has become of it since
            order.attention, order.failures, order.last_failure = "", 0, Failure.NOT_ACCEPTED
            order.next_attempt_at = min(order.status_changed_at, at)
            record_event(order, Reason.RESUMED, at=at)
