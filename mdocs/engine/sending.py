"""Sending: one call for each claimed order, side by side over kept-alive connections.

Which call each state asks for stands in `mdocs.engine.calls`, what follows from each error in
`mdocs.engine.call_errors`.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import Context
from datetime import datetime
from functools import partial

from mdocs import mdokumenty as md
from mdocs.engine import failures, references, responses
from mdocs.engine.batches import Answer, record_answers
from mdocs.engine.call_errors import record_error
from mdocs.engine.calls import Call, call_for, find
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.models import Order
from mdocs.schedule import first_moment_after
from mdocs.statuses import Failure, Operation, Status
from mdocs.step_log import context_of, last_call

logger = logging.getLogger(__name__)

_TOGETHER = 0.05  # seconds that an answer waits for others, to be recorded with them


def send(claimed_orders: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock) -> None:
    """Make the call that each claimed order asks for, and record what comes of it."""
    references.record(order for order in claimed_orders if order.operation == Operation.SUBMIT)
    with ThreadPoolExecutor(max_workers=len(claimed_orders), thread_name_prefix="mdokumenty") as executor:
        calls: dict[Future[md.RemoteOrder], tuple[Order, Context]] = {}
        for order in claimed_orders:
            with failures.isolate_failure(order, clock):
                call = _prepare(order, gateway, clock())
                if call is not None:
                    # The context carries the request id into the thread, and the outcome of the call back.
                    context = context_of(order)
                    calls[executor.submit(context.run, call)] = order, context
        for ended in _as_they_end(calls):
            answers = list[Answer]()
            for future in ended:
                order, context = calls[future]
                with failures.isolate_failure(order, clock):
                    remote = context.run(_order_object_of, order, future, result, clock())
                    if remote is not None:
                        answers.append(Answer(order, remote, context.get(last_call)))
            record_answers(answers, clock)


def _prepare(order: Order, gateway: Gateway, now: datetime) -> Call | None:
    """Return the call to make for a claimed order; None where none is made, and why is recorded.

    What cannot be submitted, but perhaps was before, is asked for instead: an earlier call may have arrived.
    """
    if order.leased_until is None or now >= order.leased_until:
        return None  # this process has slept for too long: the order is another worker's by now
    if order.operation == Operation.SUBMIT and now >= first_moment_after(order):
        # Nobody is sent a date of the past.
        if order.status == Status.WAITING:
            failures.record_outdated(order, now)
            return None
        return _ask_instead(order, gateway)
    try:
        return call_for(order, gateway)
    except (OSError, ValueError, KeyError) as error:
        # The photo cannot be read on this machine, or the holder's data cannot be decrypted.
        if order.unsent_before:
            failures.record_unreadable(order, now, may_pass=isinstance(error, OSError))
            return None
        return _ask_instead(order, gateway)


def _ask_instead(order: Order, gateway: Gateway) -> Call:
    order.operation = Operation.QUERY
    return partial(find, gateway, order.pk)


def _as_they_end(calls: Collection["Future[md.RemoteOrder]"]) -> Iterator["set[Future[md.RemoteOrder]]"]:
    """Yield the calls that have ended, as many as come within a moment of the first."""
    running = set(calls)
    while running:
        wait(running, return_when=FIRST_COMPLETED)
        ended, running = wait(running, timeout=_TOGETHER)
        yield ended


def _order_object_of(
    order: Order, call: "Future[md.RemoteOrder]", result: RoundResult, now: datetime
) -> md.RemoteOrder | None:
    """Return the order object that an ended call brought; where it brought anything else, record that, return None."""
    try:
        remote = call.result()
    except md.MdokumentyError as error:
        record_error(order, error, result, now)
        return None
    result.answered.add(order.operation)
    if order.ends_earlier_first:
        responses.record_earlier_ended(order, now)
        return None
    if remote.client_reference != order.pk:
        logger.error("order=%s mDokumenty answered with an order that is not ours", order.pk)
        failures.record_failure(order, Failure.OUTCOME_UNKNOWN, now)
        return None
    return remote
