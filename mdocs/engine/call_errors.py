"""Errors of calls: the one consequence that each error of the client has for the order whose call it was."""

from datetime import datetime
from functools import partial
from http import HTTPStatus

from mdocs import mdokumenty as md
from mdocs.engine import failures, responses
from mdocs.engine.breaker import Cause
from mdocs.engine.gateway import RoundResult
from mdocs.engine.refusals import KIND_FOREIGN, KIND_MISTAKE, KIND_REJECTED
from mdocs.mdokumenty.words import loggable
from mdocs.models import Order
from mdocs.schedule import first_moment_after
from mdocs.statuses import Attention, Failure, Operation, Status


def record_error(order: Order, error: md.MdokumentyError, result: RoundResult, now: datetime) -> None:
    """Record what an error means for the claimed order, and in `result` what it says of mDokumenty's health.

    A refusal that may be about the university rather than about this order is only added to `result`: it is recorded
    once the whole round has been judged (`mdocs.engine.refusals`).
    """
    match error:
        case md.ForeignRefusal():
            refusal = failures.refusal(
                order,
                order.operation,
                kind=KIND_FOREIGN,
                cause=Cause.FOREIGN_REFUSAL,
                detail=error.why,
                record_as_its_own=partial(
                    failures.record_failure, order, Failure.FOREIGN, now, retry_after=error.retry_after
                ),
                at=now,
                not_done=False,
            )
            result.refusals.append(refusal)
        case md.Refused():
            refusal = failures.refusal(
                order,
                order.operation,
                kind=f"{KIND_REJECTED}{error.code}",
                cause=Cause.ALIKE,
                detail=loggable(error.code),
                record_as_its_own=partial(responses.record_refusal, order, error.code, now),
                at=now,
            )
            result.refusals.append(refusal)
        case md.RetryLater():
            result.failed(error)
            failure = Failure.OUTCOME_UNKNOWN if isinstance(error, md.OutcomeUnknown) else Failure.UNREACHABLE
            failures.record_failure(
                order, failure, now, retry_after=error.retry_after, not_done=error.not_done
            )
        case md.NotAccepted():
            result.not_accepted(order.operation, error)
            failures.record_postponed(order, now)
        case md.OurMistake() if error.status != HTTPStatus.CONFLICT:
            refusal = failures.refusal(
                order,
                order.operation,
                kind=KIND_MISTAKE,
                cause=Cause.MISTAKES,
                detail=f"HTTP {error.status} {loggable(error.code)}",
                record_as_its_own=partial(_record_definite_answer, order, error, now),
                at=now,
                not_done=error.not_done,
            )
            result.refusals.append(refusal)
        case _:
            result.answered.add(order.operation)
            _record_definite_answer(order, error, now)


def _is_anothers(order: Order, document_id: str) -> bool:
    """Say whether a document that is named as the holder's earlier one was ordered here for another student."""
    return Order.objects.filter(mdokumenty_id=document_id).exclude(student=order.student_id).exists()


def _record_definite_answer(order: Order, error: md.MdokumentyError, now: datetime) -> None:
    """Record an answer about this order that is not an order object."""
    match error:
        case md.HolderHasDocument() if order.status == Status.WAITING and _is_anothers(order, error.order_id):
            # Its student may be using it; what the two have in common is for people to find out.
            failures.record_attention(
                order, Attention.EARLIER_UNNAMED, now, detail=error.order_id, again=True, not_done=True
            )
        case md.HolderHasDocument():
            responses.record_earlier_document(order, error.order_id, now)
        case md.EarlierUnnamed() if order.status == Status.CANCELLING:
            responses.record_earlier_document(order, "", now)
        case md.EarlierUnnamed():
            # Tried again slowly, should the ministry end that one.
            failures.record_attention(order, Attention.EARLIER_UNNAMED, now, again=True, not_done=True)
        case md.OrderFinal() | md.OrderUnknown() if order.ends_earlier_first:
            responses.record_earlier_ended(order, now)
        case md.OrderFinal():
            responses.record_ended(order, error.status, now)
        case md.AlreadyCollected() if order.status == Status.CANCELLING:
            responses.record_collected_first(order, now)
        case md.AlreadyRevoked():
            responses.record_ended(order, md.RemoteStatus.REVOKED, now)
        case md.ReissueRequired():
            responses.record_reissue_required(order, now)
        case md.OrderUnknown() if order.operation == Operation.QUERY and order.status == Status.WAITING:
            # It waits to be sent, which only readable data can bring about; once cancelled, people can close it.
            failures.record_attention(order, Attention.DATA_UNREADABLE, now, again=True)
        case md.OrderUnknown() if order.operation == Operation.QUERY and now >= first_moment_after(order):
            responses.record_never_arrived(order, now)
        case md.OrderUnknown() if order.mdokumenty_id and not failures.is_long_missing(order, now):
            failures.record_missing(order, now)
        case md.OrderUnknown():
            failures.record_attention(order, Attention.UNKNOWN_THERE, now, again=True)
        case md.IdempotencyConflict():
            failures.record_attention(order, Attention.KEY_CONFLICT, now, again=True)
        case md.OurMistake():
            detail = loggable(error.code)
            failures.record_attention(
                order, Attention.OUR_MISTAKE, now, detail=detail, not_done=error.not_done
            )
        case _:
            # not_collected, or a document that changed between two calls: what it is now, the next call will find.
            failures.record_failure(order, Failure.CONFLICT, now)
