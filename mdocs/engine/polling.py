"""Polling: one call for a hundred orders. Inconclusive is not negative: no answer changes no order's state."""

import logging
from collections.abc import Sequence
from datetime import datetime

from mdocs import mdokumenty as md
from mdocs.engine import failures, responses
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.entitlement import expiry
from mdocs.mdokumenty.errors import loggable
from mdocs.models import Order
from mdocs.schedule import first_moment_after
from mdocs.statuses import ENDABLE, Attention, Failure, Operation

logger = logging.getLogger(__name__)

QUESTIONS_IN_A_CALL = 100  # ids (docs/reference/mdokumenty.md, POST /v1/orders/query)


def poll(claimed_orders: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock) -> None:
    """Ask how the claimed orders are, and record what is new; one whose last day is over is not asked about first."""
    now = clock()
    asked, settled = list[Order](), list[Order]()
    for claimed_order in claimed_orders:
        with failures.isolate_failure(claimed_order, clock):
            (settled if _is_settled(claimed_order, now) else asked).append(claimed_order)
    if settled:
        failures.release(settled)  # what mDokumenty is to be told of them is due now
    by_id = {order.mdokumenty_id: order for order in asked if order.mdokumenty_id}
    if not by_id:
        return
    try:
        answer = gateway.query(list(by_id))
    except md.MdokumentyError as error:
        _record_no_answer(asked, error, result, clock())
        return
    now = clock()
    result.answered.add(Operation.QUERY)
    unanswered = dict(by_id)
    no_news = []
    for remote in answer.orders:
        order = unanswered.get(remote.order_id)
        # An order object under somebody else's reference must never bring its codes to this student.
        if order is None or remote.client_reference != order.pk:
            logger.error(
                "mDokumenty answered with an order that was not asked for: %s", remote.client_reference
            )
            continue
        del unanswered[remote.order_id]
        if not responses.is_news(order, remote, now):
            no_news.append(order)
            continue
        with failures.isolate_failure(order, clock):
            responses.record_answer(order, remote, now)
    if no_news:
        responses.record_no_news(no_news, now)
    for order_id, order in unanswered.items():
        if order_id in answer.missing:
            failures.record_attention(order, Attention.UNKNOWN_THERE, now, again=True)
        else:
            failures.record_failure(order, Failure.OUTCOME_UNKNOWN, now)


def _record_no_answer(
    claimed_orders: Sequence[Order], error: md.MdokumentyError, result: RoundResult, now: datetime
) -> None:
    """Record a question that brought no answer: inconclusive, so no order changes its state."""
    match error:
        case md.RetryLater():
            result.failed(error)
            failures.record_unasked(claimed_orders, now, error.retry_after)
        case md.NotAccepted():
            result.refused = Operation.QUERY
            failures.release(claimed_orders)  # nothing is wrong with them: they stay due
        case md.OurMistake():
            result.answered.add(Operation.QUERY)
            for order in claimed_orders:
                # Asked again each at its own moment, so that one bad number does not hold up the others for ever.
                detail = loggable(error.code)
                failures.record_attention(order, Attention.OUR_MISTAKE, now, detail=detail, again=True)
        case _:
            result.answered.add(Operation.QUERY)
            logger.error("mDokumenty answered a question with: %s", error)
            failures.record_unasked(claimed_orders, now, None)


def _is_settled(order: Order, now: datetime) -> bool:
    return order.status in ENDABLE and now >= first_moment_after(order) and expiry.lapse(order, at=now)
