"""Mapping of answers to errors (docs/reference/mdokumenty.md, Errors)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from . import serialization
from .errors import (
    AlreadyCollected,
    AlreadyRevoked,
    Conflict,
    HolderHasDocument,
    IdempotencyConflict,
    MdokumentyError,
    NotAccepted,
    NotCollected,
    NotIssued,
    OrderFinal,
    OrderUnknown,
    OurMistake,
    OutcomeUnknown,
    Refused,
    ReissueRequired,
    RetryLater,
)
from .serialization import UnreadableError

RETRY_AFTER_MAX = timedelta(hours=1)
# 408 and 503 are not among the certain ones: a proxy may answer so after the work was done.
_NOT_DONE_YET = {425, 429}
_MISTAKES = {400, 405, 415}


class Call(Enum):
    """Kind of request, on which the meaning of an error depends."""

    SUBMIT = auto()
    QUESTION = auto()
    ORDER = auto()  # cancel, revoke or extend: the path names an order


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came; where its body cannot be read, `problem` says why."""

    status: int
    retry_after: timedelta | None = None
    body: object = None
    problem: OutcomeUnknown | None = None


def failure(answer: Answer, call: Call) -> MdokumentyError:
    """Name an answer that is not the one hoped for. An inconclusive one is never taken for a negative one."""
    status = answer.status
    if status in _NOT_DONE_YET or status == 408 or status >= 500:
        return RetryLater(answer.retry_after, not_done=status in _NOT_DONE_YET, why=f"HTTP {status}")
    if status in {401, 403}:
        return NotAccepted()
    if status < 400:
        return OutcomeUnknown(why=f"HTTP {status}, which the contract does not know here")
    try:
        error = serialization.member(answer.body, "error")
        return _named(status, serialization.code(error), error, call)
    except UnreadableError as problem:
        why = f"HTTP {status} with an unreadable error: {problem}"
    # A proxy's page says nothing about the order.
    if status in {409, 422} or (status == 404 and call is not Call.SUBMIT):
        return OutcomeUnknown(why=why)
    return _our_mistake(status, f"http_{status}", call)


def _named(status: int, code: str, error: object, call: Call) -> MdokumentyError:
    if status == 404 and call is Call.ORDER and code == "order_unknown":
        return OrderUnknown()
    if status == 409 and code in _CONFLICTS:
        return _CONFLICTS[code](error)
    if status == 422 and call is Call.SUBMIT:
        return Refused(code, serialization.message(error))
    return _our_mistake(status, code, call)


def _our_mistake(status: int, code: str, call: Call) -> OurMistake:
    certain = status in _MISTAKES or (status == 404 and call is Call.SUBMIT)
    return OurMistake(code, not_done=certain)


def _holder_has_document(error: object) -> Conflict:
    return HolderHasDocument(serialization.read_order_id(error))


def _order_final(error: object) -> Conflict:
    return OrderFinal(serialization.read_status(error, "An order that is final"))


_CONFLICTS: dict[str, Callable[[object], Conflict]] = {
    "idempotency_conflict": lambda error: IdempotencyConflict(),
    "holder_has_document": _holder_has_document,
    "already_collected": lambda error: AlreadyCollected(),
    "not_issued": lambda error: NotIssued(),
    "order_final": _order_final,
    "not_collected": lambda error: NotCollected(),
    "revoked": lambda error: AlreadyRevoked(),
    "reissue_required": lambda error: ReissueRequired(),
}


def read_retry_after(header: str | None) -> timedelta | None:
    """Read `Retry-After`, seconds or an HTTP date, as nothing to an hour; None if it says nothing."""
    if header is None:
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,20}", header):
        seconds = float(header)
    else:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:  # "-0000": UTC, of a server that does not tell its own zone
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return timedelta(seconds=min(max(seconds, 0.0), RETRY_AFTER_MAX.total_seconds()))
