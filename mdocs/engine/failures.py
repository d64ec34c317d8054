"""Recording of failed calls, order by order. A failed call is never taken for a rejection.

A failure is recorded only while the order is as it was when it was claimed: what another worker has learnt since, or
somebody has decided since, takes precedence.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When

from mdocs import schedule
from mdocs.engine.breaker import Cause
from mdocs.engine.gateway import Clock
from mdocs.engine.refusals import Finding, Refusal
from mdocs.engine.responses import claimed_order_for_update
from mdocs.entitlement import expiry
from mdocs.models import Order
from mdocs.orders import record_event, transition
from mdocs.statuses import FINAL, Attention, Failure, Reason, Status
from mdocs.step_log import log_failed_call
from students.failures import place_of

logger = logging.getLogger(__name__)

_TRIES_OF_A_PHOTO = 8  # with the pauses of `schedule.retry`: four minutes
MISSING_FOR_STAFF = timedelta(minutes=5)  # from the first answer that called an order unknown
_MISSING_QUESTION = timedelta(seconds=30)


@contextmanager
def isolate_failure(claimed_order: Order, clock: Clock) -> Iterator[None]:
    """Let an unexpected error of one order be this order's alone: staff see it, the others go on.

    An error of the database is nobody's: the order is taken up again when its lease has run out.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        # A cut connection or a deadlock says nothing about the order: the lease runs out, and it is done again.
        logger.warning("order=%s recording was interrupted (%s)", claimed_order.pk, type(error).__name__)
        connection.close_if_unusable_or_obsolete()
    except Exception as error:  # noqa: BLE001 -- whatever it is
        logger.error("order=%s unexpected %s\n%s", claimed_order.pk, type(error).__name__, place_of(error))
        record_attention(claimed_order, Attention.INTERNAL_ERROR, clock(), again=True)


def record_failure(
    claimed_order: Order,
    failure: Failure,
    at: datetime,
    *,
    retry_after: timedelta | None = None,
    not_done: bool = False,
) -> None:
    """Note a call that did not succeed and try again later; `not_done` says that certainly nothing happened there."""
    with claimed_order_for_update(claimed_order) as order:
        if not _is_still_ours(order, claimed_order) or (not_done and _ends_unsent(order, claimed_order, at)):
            return
        order.failures += 1
        order.last_failure = failure
        order.next_attempt_at = schedule.retry(order.failures, at, retry_after)
        log_failed_call(order, failure)


def record_postponed(
    claimed_order: Order, at: datetime, *, not_done: bool = True, behind_others: bool = False
) -> None:
    """Note that all sending is paused: nothing is wrong with the order, it stays due.

    `behind_others` is for a probe: should this order be the cause after all, the next probe is of another.
    """
    with claimed_order_for_update(claimed_order) as order:
        if not _is_still_ours(order, claimed_order) or (not_done and _ends_unsent(order, claimed_order, at)):
            return
        order.last_failure = Failure.NOT_ACCEPTED
        log_failed_call(order, Failure.NOT_ACCEPTED)
        if behind_others:
            order.next_attempt_at = at


def refusal(
    claimed_order: Order,
    operation: str,
    *,
    kind: str,
    cause: Cause,
    detail: str,
    record_as_its_own: Callable[[], None],
    at: datetime,
    not_done: bool = True,
) -> Refusal:
    """Return a refusal whose `record` calls `record_as_its_own`, or leaves the order due if it proves to be about us.

    `not_done` says that certainly nothing happened there.
    """

    def record(finding: Finding) -> None:
        with isolate_failure(claimed_order, lambda: at):
            if finding is Finding.THE_ORDERS:
                record_as_its_own()
            else:
                is_probe = finding is Finding.STILL_US
                record_postponed(claimed_order, at, not_done=not_done, behind_others=is_probe)

    return Refusal(claimed_order.pk, operation, kind, cause, detail, record)


def is_long_missing(order: Order, now: datetime) -> bool:
    """Say whether an order has been called unknown for so long that no lagging copy explains it."""
    return order.missing_since is not None and now - order.missing_since >= MISSING_FOR_STAFF


def record_missing(claimed_order: Order, at: datetime) -> None:
    """Note that an answer called the order unknown, and ask again soon: it may come from a copy that lags."""
    with claimed_order_for_update(claimed_order) as order:
        if _is_still_ours(order, claimed_order):
            order.missing_since = order.missing_since or at
            order.failures += 1
            order.last_failure = Failure.MISSING
            log_failed_call(order, Failure.MISSING)
            order.next_attempt_at = schedule.retry(order.failures, at, longest=_MISSING_QUESTION)


def record_attention(
    claimed_order: Order,
    attention: Attention,
    at: datetime,
    *,
    detail: str = "",
    again: bool = False,
    not_done: bool = False,
) -> None:
    """Leave the order to staff; with `again` it is also tried slowly, in case it mends itself."""
    logger.error("order=%s needs attention: %s %s", claimed_order.pk, attention, detail)
    with claimed_order_for_update(claimed_order) as order:
        if not _is_still_ours(order, claimed_order) or (not_done and _ends_unsent(order, claimed_order, at)):
            return
        if order.status != claimed_order.status:
            return  # another call is due now: let that one speak
        if order.attention != attention:
            order.attention = attention
            record_event(order, Reason.NEEDS_STAFF, detail=f"{attention} {detail}".strip(), at=at)
        order.failures += 1
        order.last_failure = ""
        order.next_attempt_at = at + schedule.jittered(schedule.LONGEST_RETRY) if again else None


def record_unreadable(claimed_order: Order, at: datetime, *, may_pass: bool) -> None:
    """Note that what an order would send cannot be read; nothing was sent.

    A photo's storage may be away, or another machine's (`may_pass`): it is tried again before staff are called, and
    slowly after that.
    """
    if may_pass and claimed_order.failures < _TRIES_OF_A_PHOTO:
        record_failure(claimed_order, Failure.PHOTO_UNREADABLE, at, not_done=True)
    else:
        record_attention(claimed_order, Attention.DATA_UNREADABLE, at, again=may_pass, not_done=True)


def record_outdated(claimed_order: Order, at: datetime) -> None:
    """Keep an order that waits to be sent from being sent with a date of the past.

    One that was certainly not sent has a new date where the right goes on, or ends. One that may have been is looked
    for, and ended there.
    """
    logger.warning("order=%s was not sent in time: its last valid day is over", claimed_order.pk)
    with claimed_order_for_update(claimed_order) as order:
        if not _is_still_ours(order, claimed_order) or _ends_unsent(order, claimed_order, at):
            return
        order.save(update_fields=["sent_at"])  # which the rules read
        expiry.settle(order, at)


def record_unasked(claimed_orders: Sequence[Order], at: datetime, retry_after: timedelta | None) -> None:
    """Set the next question for orders of one claim whose question brought no answer: one UPDATE for all."""
    each = [
        When(pk=claimed_order.pk, then=Value(schedule.retry(claimed_order.failures + 1, at, retry_after)))
        for claimed_order in claimed_orders
    ]
    with transaction.atomic():
        Order.objects.leased_by(claimed_orders).lock_in_order()
        Order.objects.unchanged_since(claimed_orders).update(
            failures=F("failures") + 1,
            last_failure=Failure.UNREACHABLE,
            next_attempt_at=Case(*each, default=F("next_attempt_at")),
        )
        release(claimed_orders)


def release(claimed_orders: Sequence[Order]) -> None:
    """Let any worker have the orders of one claim again; nothing else about them changes."""
    with transaction.atomic():
        Order.objects.leased_by(claimed_orders).lock_in_order()
        Order.objects.leased_by(claimed_orders).update(leased_until=None)


def _is_still_ours(order: Order, claimed_order: Order) -> bool:
    return (
        order.status not in FINAL
        and order.leased_until == claimed_order.leased_until
        and order.mdokumenty_id == claimed_order.mdokumenty_id
    )


def _ends_unsent(order: Order, claimed_order: Order, at: datetime) -> bool:
    """Unset `sent_at`, as certainly nothing was sent, if it was this claim that set it.

    Return whether that has ended the order, because its student wanted it cancelled.
    """
    if not claimed_order.unsent_before or order.mdokumenty_id is not None:
        return False
    order.sent_at = None
    if order.status != Status.CANCELLING:
        return False
    transition(order, Status.CANCELLED, Reason.NEVER_SENT, at=at)
    return True
