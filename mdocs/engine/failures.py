"""What went wrong instead of an answer, recorded order by order. A failed call is never taken for a no.

A setback is noted only where it is still about the order as it stands: what another worker has learnt since, or
somebody has decided since, counts for more.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from mdocs import schedule
from mdocs.engine.gateway import Clock
from mdocs.engine.responses import recording
from mdocs.models import Order
from mdocs.orders import move, note
from mdocs.statuses import FINAL, Attention, Reason, Status
from students.failures import place_of

logger = logging.getLogger(__name__)


@contextmanager
def contained(claim: Order, clock: Clock) -> Iterator[None]:
    """Let what unexpectedly goes wrong with one order be this order's alone: staff see it, the others go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- whatever it is
        logger.error("order %s: unexpected %s\n%s", claim.pk, type(error).__name__, place_of(error))
        record_attention(claim, Attention.INTERNAL_ERROR, clock(), again=True)


def record_failure(
    claim: Order, code: str, at: datetime, *, retry_after: timedelta | None = None, not_done: bool = False
) -> None:
    """Note a call that did not succeed and try again later; `not_done` says that certainly nothing happened there."""
    with recording(claim) as order:
        if not _is_still_ours(order, claim) or (not_done and _ends_unsent(order, claim, at)):
            return
        order.failures += 1
        order.last_failure = code
        order.next_attempt_at = schedule.retry(order.failures, at, retry_after)


def record_postponed(claim: Order, code: str, at: datetime) -> None:
    """Note that all sending is paused (401, 403): nothing is wrong with the order, it stays due."""
    with recording(claim) as order:
        if _is_still_ours(order, claim) and not _ends_unsent(order, claim, at):
            order.last_failure = code


def record_attention(
    claim: Order,
    attention: Attention,
    at: datetime,
    *,
    detail: str = "",
    again: bool = False,
    not_done: bool = False,
) -> None:
    """Leave the order to staff; with `again` it is also tried slowly, in case it mends itself."""
    logger.error("order %s needs attention: %s %s", claim.pk, attention, detail)
    with recording(claim) as order:
        if not _is_still_ours(order, claim) or (not_done and _ends_unsent(order, claim, at)):
            return
        if order.status != claim.status:
            return  # another call is due now: let that one speak
        if order.attention != attention:
            order.attention = attention
            note(order, Reason.NEEDS_STAFF, detail=f"{attention} {detail}".strip(), at=at)
        order.failures += 1
        order.last_failure = attention
        order.next_attempt_at = at + schedule.jittered(schedule.LONGEST_RETRY) if again else None


def record_outdated(claim: Order, at: datetime) -> None:
    """End an order that was never sent before its last valid day was over: nobody is sent a date of the past."""
    logger.warning("order %s was not sent in time: its last valid day is over", claim.pk)
    with recording(claim) as order:
        if not _is_still_ours(order, claim) or _ends_unsent(order, claim, at):
            return
        move(order, Status.CANCELLED, Reason.DATE_PASSED, at=at)


def record_unasked(claims: Sequence[Order], at: datetime, retry_after: timedelta | None) -> None:
    """Set the next question for orders of one claim whose question brought no answer: one UPDATE for all."""
    each = [
        When(pk=claim.pk, then=Value(schedule.retry(claim.failures + 1, at, retry_after))) for claim in claims
    ]
    Order.objects.unchanged_since(claims).update(
        failures=F("failures") + 1,
        last_failure="unreachable",
        next_attempt_at=Case(*each, default=F("next_attempt_at")),
    )
    give_back(claims)


def give_back(claims: Sequence[Order]) -> None:
    """Let any worker have the orders of one claim again; nothing else about them changes."""
    Order.objects.leased_by(claims).update(leased_until=None)


def _is_still_ours(order: Order, claim: Order) -> bool:
    return (
        order.status not in FINAL
        and order.leased_until == claim.leased_until
        and order.mdokumenty_id == claim.mdokumenty_id
    )


def _ends_unsent(order: Order, claim: Order, at: datetime) -> bool:
    """Take back the mark of perhaps sent, as nothing was, if this claim was the one that made it.

    Say whether that has ended the order, because its student wanted it cancelled.
    """
    if not claim.unsent_before or order.mdokumenty_id is not None:
        return False
    order.sent_at = None
    if order.status != Status.CANCELLING:
        return False
    move(order, Status.CANCELLED, Reason.NEVER_SENT, at=at)
    return True
