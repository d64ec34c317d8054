"""Polling: one call for a hundred orders. Inconclusive is not negative: no answer changes no order's state."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mdocs import mdokumenty as md
from mdocs.engine import failures, merging, responses
from mdocs.engine.batches import Answer, record_answers
from mdocs.engine.breaker import Cause
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.engine.refusals import KIND_MISTAKE, REFUSALS_TO_PAUSE, Refusal
from mdocs.entitlement import expiry
from mdocs.mdokumenty.words import loggable
from mdocs.models import Order
from mdocs.schedule import first_moment_after
from mdocs.statuses import ENDABLE, Attention, Failure, Operation
from mdocs.step_log import last_call

logger = logging.getLogger(__name__)

_LOOKED_FOR_IN_A_ROUND = 5  # a call for each
_ONE_CALL = timedelta(seconds=15)
QUESTIONS_IN_A_CALL = 100  # ids (docs/reference/mdokumenty.md, POST /v1/orders/query)


def poll(claimed_orders: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock) -> None:
    """Ask how the claimed orders are, and record what is new; one whose last valid day is over is settled unasked."""
    now = clock()
    asked, settled = list[Order](), list[Order]()
    for claimed_order in claimed_orders:
        with failures.isolate_failure(claimed_order, clock):
            (settled if _is_settled(claimed_order, now) else asked).append(claimed_order)
    if settled:
        failures.release(settled)  # what mDokumenty is to be told of them is due now
    _ask([order for order in asked if order.mdokumenty_id], gateway, result, clock)


def _ask(asked: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock) -> None:
    """Ask about these orders in one call; where it is refused as wrong, in halves, until the wrong one is alone."""
    if not asked:
        return
    try:
        answer = gateway.query([order.mdokumenty_id for order in asked if order.mdokumenty_id])
    except md.OurMistake as error:
        if len(asked) == 1:
            result.refusals.append(_refusal(asked[0], error, clock()))
            return
        middle = len(asked) // 2
        for half in (asked[:middle], asked[middle:]):
            if _is_pointless(half[0], result, clock()):
                failures.release(half)
            else:
                _ask(half, gateway, result, clock)
    except md.MdokumentyError as error:
        _record_no_answer(asked, error, result, clock())
    else:
        result.answered.add(Operation.QUERY)
        _record(asked, answer, gateway, clock)


def _is_pointless(order: Order, result: RoundResult, now: datetime) -> bool:
    """Say whether halving can end: enough single orders were refused and none was answered, or the lease runs out."""
    is_about_us = Operation.QUERY not in result.answered and len(result.refusals) >= REFUSALS_TO_PAUSE
    no_more = order.leased_until is None or now + _ONE_CALL > order.leased_until
    return is_about_us or no_more or result.is_unwell


def _record(asked: Sequence[Order], answer: md.QueryAnswer, gateway: Gateway, clock: Clock) -> None:
    now = clock()
    unanswered = {order.mdokumenty_id: order for order in asked}
    news, no_news = list[Answer](), list[Order]()
    for remote in answer.orders:
        order = unanswered.get(remote.order_id)
        # An order object under somebody else's reference must never bring its codes to this student.
        if order is None or remote.client_reference != order.pk:
            logger.error(
                "mDokumenty answered with an order that was not asked for: order=%s", remote.client_reference
            )
            continue
        del unanswered[remote.order_id]
        if merging.is_news(order, remote, now):
            news.append(Answer(order, remote, last_call.get()))
        else:
            no_news.append(order)
    record_answers(news, clock)
    if no_news:
        responses.record_no_news(no_news, now)
    missing = [order for order_id, order in unanswered.items() if order_id in answer.missing]
    _record_missing(missing, gateway, clock)
    for order_id, order in unanswered.items():
        if order_id not in answer.missing:
            failures.record_failure(order, Failure.OUTCOME_UNKNOWN, now)


def _record_missing(missing: Sequence[Order], gateway: Gateway, clock: Clock) -> None:
    """Ask again about orders that an answer called unknown; staff are called for those that stay so and cannot be
    found by their reference either."""
    now = clock()
    long_missing = [order for order in missing if failures.is_long_missing(order, now)][
        :_LOOKED_FOR_IN_A_ROUND
    ]
    for order in missing:
        with failures.isolate_failure(order, clock):
            if order in long_missing:
                _look_for(order, gateway, clock)
            else:
                failures.record_missing(order, now)


def _look_for(order: Order, gateway: Gateway, clock: Clock) -> None:
    try:
        found = gateway.find(order.pk)
    except md.MdokumentyError:
        failures.record_missing(order, clock())  # no answer is no verdict
        return
    if found is None:
        failures.record_attention(order, Attention.UNKNOWN_THERE, clock(), again=True)
    else:
        responses.record_answer(order, found, clock())


def _refusal(order: Order, error: md.OurMistake, now: datetime) -> Refusal:
    code = loggable(error.code)
    return failures.refusal(
        order,
        Operation.QUERY,
        kind=KIND_MISTAKE,
        cause=Cause.MISTAKES,
        detail=f"HTTP {error.status} {code}",
        record_as_its_own=partial(
            failures.record_attention, order, Attention.OUR_MISTAKE, now, detail=code, again=True
        ),
        at=now,
        not_done=False,
    )


def _record_no_answer(
    claimed_orders: Sequence[Order], error: md.MdokumentyError, result: RoundResult, now: datetime
) -> None:
    """Record a question that brought no answer: inconclusive, so no order changes its state."""
    match error:
        case md.NotAccepted() | md.ForeignRefusal():
            # A question holds nothing of any one order that could be refused: it is about us.
            result.not_accepted(Operation.QUERY, error)
            failures.release(claimed_orders)  # nothing is wrong with them: they stay due
        case md.RetryLater():
            result.failed(error)
            failures.record_unasked(claimed_orders, now, error.retry_after)
        case _:
            result.answered.add(Operation.QUERY)
            logger.error("mDokumenty answered a question with: %s", error)
            failures.record_unasked(claimed_orders, now, None)


def _is_settled(order: Order, now: datetime) -> bool:
    return order.status in ENDABLE and now >= first_moment_after(order) and expiry.lapse(order, at=now)
