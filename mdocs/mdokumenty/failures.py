"""Mapping of answers to errors (docs/reference/mdokumenty.md, Errors)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from . import serialization
from .causes import Cause
from .errors import (
    AlreadyCollected,
    AlreadyRevoked,
    Conflict,
    EarlierUnnamed,
    ForeignRefusal,
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
_NOT_ACCEPTED = {401: Cause.UNAUTHORISED, 403: Cause.FORBIDDEN}


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
    is_json: bool = True  # by its Content-Type
    server: str = ""  # the first word of its `Server`

    @property
    def why(self) -> str:
        """Return what came, for logs: `HTTP 400, server nginx`."""
        return f"HTTP {self.status}" + (f", server {self.server}" if self.server else "")


def failure(answer: Answer, call: Call) -> MdokumentyError:
    """Name an answer that is not the one hoped for. An inconclusive one is never taken for a negative one, nor what is
    not mDokumenty's own word (no error object of the contract) for its verdict."""
    status, error = answer.status, _error_object(answer)
    if status in _NOT_DONE_YET or status == 408 or status >= 500:
        foreign, own = Cause.FOREIGN_ANSWER, Cause.SERVER_ERROR if status >= 500 else Cause.BUSY
        return RetryLater(
            answer.retry_after,
            not_done=status in _NOT_DONE_YET,
            why=answer.why,
            cause=own if error is not None else foreign,
        )
    if status < 400:
        why = f"{answer.why}, which the contract does not know here"
        return OutcomeUnknown(why=why, cause=Cause.FOREIGN_ANSWER)
    if error is None:
        return ForeignRefusal(answer.retry_after, why=answer.why, cause=Cause.FOREIGN_REFUSAL)
    if status in _NOT_ACCEPTED:
        return NotAccepted(_NOT_ACCEPTED[status], answer.why)
    try:
        return _named(status, serialization.code(error), error, call)
    except UnreadableError as problem:
        why = f"{answer.why} with an unreadable error: {problem}"
        return OutcomeUnknown(why=why, cause=Cause.UNREADABLE)


def _error_object(answer: Answer) -> object:
    """Return the error object of the contract (it has a `code`), None where there is none."""
    try:
        error = serialization.member(answer.body, "error")
        serialization.code(error)
    except UnreadableError:
        return None
    return error if answer.is_json else None


def _named(status: int, code: str, error: object, call: Call) -> MdokumentyError:
    if status == 404 and call is Call.ORDER and code == "order_unknown":
        return OrderUnknown()
    if status == 409 and code in _CONFLICTS:
        return _CONFLICTS[code](error)
    if status == 422 and call is Call.SUBMIT:
        return Refused(code, serialization.message(error))
    certain = status in _MISTAKES or (status == 404 and call is Call.SUBMIT)
    return OurMistake(code, not_done=certain, status=status)


def _holder_has_document(error: object) -> Conflict:
    try:
        return HolderHasDocument(serialization.read_order_id(error))
    except UnreadableError:
        return EarlierUnnamed()


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
        moment = read_date(header)
        if moment is None:
            return None
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return timedelta(seconds=min(max(seconds, 0.0), RETRY_AFTER_MAX.total_seconds()))


def read_date(header: str | None) -> datetime | None:
    """Read an HTTP date; None if it says nothing."""
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    # "-0000": UTC, of a server that does not tell its own zone
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
