"""Log of steps: one line for each step of an order, so that its whole way is found by one search of the logs.

    order=<id> mdokumenty=<id there> from=waiting to=processing reason=accepted call=submit outcome=answered
    seconds=0.12

`from` is empty for a new order. `call`, `outcome` and `seconds` are there where a call to mDokumenty brought the step
about. The line stands under the id of the request that caused it, in the worker too. No detail is in it that a person
or mDokumenty has worded.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django_guid import clear_guid, get_guid, set_guid

from mdocs import metrics
from students.after_commit import run_after_commit

if TYPE_CHECKING:
    from mdocs.models import Order, OrderEvent

logger = logging.getLogger("mdocs.steps")

# What mDokumenty calls an order is its own choice; only what is plainly a number of one stands in a line.
_PLAIN_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True)
class CallOutcome:
    """End of a call to mDokumenty: its outcome, and how many seconds it took."""

    call: str
    outcome: str
    seconds: float


# The call that is being recorded: of this thread, or of the context in which an order is sent.
last_call: ContextVar[CallOutcome | None] = ContextVar("last call to mDokumenty", default=None)


@contextmanager
def calls_of_this_round() -> Iterator[None]:
    """Log steps inside with the calls that are made inside; forget the last of these at the end."""
    token = last_call.set(None)
    try:
        yield
    finally:
        last_call.reset(token)


def current_request_id() -> UUID | None:
    """Return the id of the request, or the task, at work; None for none."""
    try:
        return UUID(get_guid())
    except (TypeError, ValueError):
        return None


def context_of(order: "Order") -> Context:
    """Return a copy of this context whose log lines stand under the request that asked for what is due."""
    context = copy_context()
    if order.request_id:
        context.run(set_guid, str(order.request_id))
    return context


@contextmanager
def on_behalf_of(order: "Order") -> Iterator[None]:
    """Put the log lines of what is done inside under the request that asked for what was due."""
    before = get_guid()
    if order.request_id:
        set_guid(str(order.request_id))
    try:
        yield
    finally:
        if before:
            set_guid(before)
        else:
            clear_guid()


@contextmanager
def result_of(call: CallOutcome | None) -> Iterator[None]:
    """Log steps inside as the results of this call."""
    token = last_call.set(call)
    try:
        yield
    finally:
        last_call.reset(token)


def log_steps(events: Iterable["OrderEvent"]) -> None:
    """Log and count the steps when the present transaction is committed."""
    for event in events:
        count = metrics.STEPS.labels(event.old, event.new, event.reason).inc
        _after_commit(_fields(event.order, event.old, event.new, event.reason), count)


def log_failed_call(order: "Order", failure: str) -> None:
    """Log, after the commit, a call after which the order is as it was."""
    _after_commit(_fields(order, order.status, order.status, failure))


def _after_commit(fields: dict[str, object], *others: Callable[[], None]) -> None:
    # The context is kept: when the transaction ends, the request or the call may be another one.
    run_after_commit(partial(copy_context().run, _log, fields))
    for other in others:
        run_after_commit(other)


def _log(fields: dict[str, object]) -> None:
    text = " ".join(f"{name}={value}" for name, value in fields.items())
    logger.info("%s", text, extra={"fields": fields})


def _fields(order: "Order", old: str, new: str, reason: str) -> dict[str, object]:
    known = order.mdokumenty_id or ""
    call = last_call.get()
    return {
        "order": str(order.pk),
        "student": order.student_id,
        "mdokumenty": known if _PLAIN_ID.fullmatch(known) else "-",
        "from": str(old),
        "to": str(new),
        "reason": str(reason),
        **(
            {"call": call.call, "outcome": call.outcome, "seconds": round(call.seconds, 3)}
            if call is not None
            else {}
        ),
    }
