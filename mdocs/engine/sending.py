"""Sending: one call for each order, side by side over kept-alive connections.

Here stands which call each state asks for, and which consequence each kind of answer has.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import Context
from datetime import date, datetime
from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.conf import settings

from mdocs import mdokumenty as md
from mdocs.engine import failures, references, responses
from mdocs.engine.batches import Answer, record_answers
from mdocs.engine.breaker import Cause
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.engine.refusals import ALIKE, FOREIGN, MISTAKE
from mdocs.mdokumenty.words import loggable
from mdocs.models import Order
from mdocs.schedule import first_moment_after
from mdocs.statuses import Attention, Failure, Operation, Status, contract_reason
from mdocs.step_log import context_of, last_call

logger = logging.getLogger(__name__)

Call = Callable[[], md.RemoteOrder]
_TOGETHER = 0.05  # seconds that an answer waits for others, to be recorded with them


def send(claimed_orders: Sequence[Order], gateway: Gateway, result: RoundResult, clock: Clock) -> None:
    """Make the call that each claimed order asks for, and record what comes of it."""
    references.record(order for order in claimed_orders if order.operation == Operation.SUBMIT)
    with ThreadPoolExecutor(max_workers=len(claimed_orders), thread_name_prefix="mdokumenty") as side_by_side:
        calls: dict[Future[md.RemoteOrder], tuple[Order, Context]] = {}
        for order in claimed_orders:
            if order.leased_until is None or clock() >= order.leased_until:
                continue  # this process has slept for too long: the order is another worker's by now
            with failures.isolate_failure(order, clock):
                outdated = order.operation == Operation.SUBMIT and clock() >= first_moment_after(order)
                if outdated and order.status == Status.WAITING:
                    failures.record_outdated(order, clock())
                    continue
                try:
                    if outdated:
                        # Nobody is sent a date of the past; whether an earlier call arrived can be asked.
                        order.operation = Operation.QUERY
                    call = partial(_find, gateway, order.pk) if outdated else _call_for(order, gateway)
                except (OSError, ValueError, KeyError) as error:
                    # The photo cannot be read on this machine, or the holder's data cannot be decrypted.
                    if order.unsent_before:
                        failures.record_unreadable(order, clock(), may_pass=isinstance(error, OSError))
                        continue
                    # It may have arrived earlier, and cannot be repeated: whether it did can still be asked.
                    order.operation = Operation.QUERY
                    call = partial(_find, gateway, order.pk)
                # It carries the request id into the thread, and what came of the call back.
                context = context_of(order)
                calls[side_by_side.submit(context.run, call)] = order, context
        for ended in _as_they_end(calls):
            answers = list[Answer]()
            for call_ in ended:
                order, context = calls[call_]
                with failures.isolate_failure(order, clock):
                    remote = context.run(_record, order, call_, result, clock())
                    if remote is not None:
                        answers.append(Answer(order, remote, context.get(last_call)))
            record_answers(answers, clock)


def _as_they_end(calls: Collection["Future[md.RemoteOrder]"]) -> Iterator["set[Future[md.RemoteOrder]]"]:
    """Yield the calls that have ended, as many as come within a moment of the first."""
    running = set(calls)
    while running:
        wait(running, return_when=FIRST_COMPLETED)
        ended, running = wait(running, timeout=_TOGETHER)
        yield ended


def _call_for(order: Order, gateway: Gateway) -> Call:
    """Return the one call that the order's state asks for."""
    known = order.mdokumenty_id
    match order.operation:
        case Operation.REVOKE if order.ends_earlier_first:
            return lambda: _end_document(gateway, order.blocked_by, md.RevocationReason.HOLDER_REQUEST)
        case Operation.REVOKE if known:
            told = md.RevocationReason(contract_reason(order.revocation_reason))
            return lambda: _end_document(gateway, known, told)
        case Operation.CANCEL if known:
            return lambda: gateway.cancel(known)
        case Operation.SUBMIT:
            request = _request_for(order)
            return lambda: _submit(gateway, request)
        case Operation.EXTEND if known and order.extend_to:
            until = order.extend_to
            return lambda: _extend(gateway, known, order.pk, until)
    raise AssertionError(f"nothing to send for an order that is {order.status}")


def _request_for(order: Order) -> md.OrderRequest:
    holder = json.loads(order.holder or "")
    if order.photo is None:
        raise ValueError("the order has no photo")
    return md.OrderRequest(
        reference=order.pk,
        institution=md.Institution(code=settings.INSTITUTION_CODE, name=settings.INSTITUTION_NAME),
        holder=md.Holder(
            pesel=holder["pesel"],
            first_names=holder["first_names"],
            last_name=holder["last_name"],
            birth_date=date.fromisoformat(holder["birth_date"]),
            photo=order.photo.read(),
        ),
        student_number=order.album_number,
        card_number=order.card_number or None,
        valid_until=order.valid_until,
    )


def _submit(gateway: Gateway, request: md.OrderRequest) -> md.RemoteOrder:
    try:
        return gateway.submit(request)
    except md.IdempotencyConflict:
        # Our key is there with another body, so an order of ours did arrive: go on with that one.
        try:
            found = gateway.find(request.reference)
        except md.MdokumentyError as error:
            # That the question failed does not mean that nothing was sent.
            raise md.OutcomeUnknown(why=f"after a conflict: {error}") from None
        if found is None:
            raise
        return found


def _find(gateway: Gateway, reference: UUID) -> md.RemoteOrder:
    found = gateway.find(reference)
    if found is None:
        raise md.OrderUnknown
    return found


def _extend(gateway: Gateway, order_id: str, reference: UUID, until: date) -> md.RemoteOrder:
    try:
        return gateway.extend(order_id, until)
    except md.NotCollected:
        # It is not what we take it for: learn what it has become.
        found = gateway.find(reference)
        if found is None:
            raise
        return found


def _end_document(gateway: Gateway, order_id: str, reason: md.RevocationReason) -> md.RemoteOrder:
    try:
        return gateway.revoke(order_id, reason)
    except md.NotIssued:
        return gateway.cancel(order_id)


def _record(
    order: Order, call: "Future[md.RemoteOrder]", result: RoundResult, now: datetime
) -> md.RemoteOrder | None:
    """Return the order object that a call brought; record what it brought instead: each error has its way."""
    try:
        remote = call.result()
    except md.ForeignRefusal as error:
        foreign = partial(failures.record_failure, order, Failure.FOREIGN, now, retry_after=error.retry_after)
        refusal_of_proxy = failures.refusal(
            order, order.operation, FOREIGN, Cause.FOREIGN_REFUSAL, error.why, foreign, now, not_done=False
        )
        result.refusals.append(refusal_of_proxy)
        return None
    except md.Refused as error:
        ends = partial(responses.record_refusal, order, error.code, now)
        kind, detail = f"{ALIKE}{error.code}", loggable(error.code)
        result.refusals.append(failures.refusal(order, order.operation, kind, Cause.ALIKE, detail, ends, now))
        return None
    except md.RetryLater as error:
        result.failed(error)
        failure = Failure.OUTCOME_UNKNOWN if isinstance(error, md.OutcomeUnknown) else Failure.UNREACHABLE
        failures.record_failure(order, failure, now, retry_after=error.retry_after, not_done=error.not_done)
        return None
    except md.NotAccepted as error:
        result.not_accepted(order.operation, error)
        failures.record_postponed(order, now)
        return None
    except md.MdokumentyError as error:
        if isinstance(error, md.OurMistake) and error.status != HTTPStatus.CONFLICT:
            aside = partial(_record_no, order, error, now)
            detail = f"HTTP {error.status} {loggable(error.code)}"
            result.refusals.append(
                failures.refusal(
                    order,
                    order.operation,
                    MISTAKE,
                    Cause.MISTAKES,
                    detail,
                    aside,
                    now,
                    not_done=error.not_done,
                )
            )
            return None
        result.answered.add(order.operation)
        _record_no(order, error, now)
        return None
    result.answered.add(order.operation)
    if order.ends_earlier_first:
        responses.record_earlier_ended(order, now)
    elif remote.client_reference != order.pk:
        logger.error("order=%s mDokumenty answered with an order that is not ours", order.pk)
        failures.record_failure(order, Failure.OUTCOME_UNKNOWN, now)
    else:
        return remote
    return None


def _is_anothers(order: Order, document_id: str) -> bool:
    """Say whether a document that is named as the holder's earlier one was ordered here for another student."""
    return Order.objects.filter(mdokumenty_id=document_id).exclude(student=order.student_id).exists()


def _record_no(order: Order, error: md.MdokumentyError, now: datetime) -> None:
    """Record a definite answer that is not an order object."""
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
