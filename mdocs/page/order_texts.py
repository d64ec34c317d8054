"""Texts of one order, chosen from `mdocs.page.texts` by what is so of it and of its student."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from mdocs.entitlement.ending_soon import ending_soon
from mdocs.models import Order
from mdocs.page.parts import Right
from mdocs.page.texts import notices, reasons, situations
from mdocs.page.texts.notices import Notice
from mdocs.page.texts.situations import Situation
from mdocs.schedule import first_moment_after
from mdocs.statuses import ENDING, REVOCABLE, RevocationReason, Status
from students.conditions import ELS
from students.models import Student
from students.moments import write_day


def paragraphs(order: Order, right: Right, held: bool) -> Iterator[StrOrPromise]:
    """Yield what is happening, why, what comes next, and what the student can do; `held` says that mDokumenty is
    unwell."""
    situation = situations.SITUATIONS[Status(order.status)]
    yield situation.now
    yield from _why(order, right)
    # What "usually takes seconds" does not while something holds the order up; a notice says what does.
    if order.status in REVOCABLE or not (held or order.attention):
        yield from _next(situation, order)
    if order.order_again:
        yield situations.AGAIN_FOLLOWS if order.is_live else situations.AGAIN_IMPOSSIBLE
    else:
        yield from filter(None, (situation.you_can, situation.if_may_order if right.may_order else ""))
    if order.is_live or right.refused:
        return
    if not right.may_order:
        yield situations.MAY_NOT_ORDER_NEW
    elif order.status != Status.REJECTED:  # where the advice has said what to do before ordering again
        yield situations.MAY_ORDER_NEW


def _next(situation: Situation, order: Order) -> Iterator[StrOrPromise]:
    if order.status == Status.COLLECTED and order.reissue_required:
        return  # a notice says what becomes of it
    if situation.next_under_els and settings.ELIGIBILITY_RULES == ELS:
        yield situation.next_under_els
    elif situation.next_if_automatic and settings.AUTOMATIC_CONFIRMATION:
        yield situation.next_if_automatic
    elif situation.next:
        yield situation.next


def codes_over(right: Right) -> Iterator[StrOrPromise]:
    """Yield what there is to say of codes that can no longer be used."""
    yield situations.CODES_OVER
    yield situations.CODES_OVER_AGAIN if right.may_order else situations.MAY_NOT_ORDER_NEW


def _why(order: Order, right: Right) -> Iterator[StrOrPromise]:
    if order.status == Status.REJECTED:
        refusal = reasons.refusal_of(order.rejection_code)
        yield refusal.why % {"code": order.rejection_code}
        yield refusal.advice
    elif order.status in ENDING | {Status.CANCELLED, Status.REVOKED}:
        if order.revocation_reason:
            ending = reasons.ending_of(order.revocation_reason, by_office=vars(order)["ended_by_office"])
            if ending.why:
                yield ending.why
            if not right.may_order and ending.advice:
                yield ending.advice
        elif order.status == Status.REVOKED:
            yield situations.REVOKED_BY_MDOKUMENTY


def sends_to_the_office(order: Order, right: Right) -> bool:
    """Say whether what is told of the order names the dean's office as the one who helps."""
    if order.status == Status.REJECTED:
        return True
    if not order.revocation_reason or order.status not in ENDING | {Status.CANCELLED, Status.REVOKED}:
        return False
    if order.revocation_reason == RevocationReason.HOLDER_REQUEST:
        return bool(vars(order)["ended_by_office"])
    return not right.may_order and bool(reasons.ending_of(order.revocation_reason).advice)


def notices_of(order: Order, right: Right, now: datetime, student: Student) -> Iterator[Notice]:
    """Yield the remarks beside the state."""
    if order.attention:
        yield notices.NEEDS_STAFF
    if order.blocked_by:
        yield notices.EARLIER_DOCUMENT
    if order.reissue_required and order.status in REVOCABLE:
        yield notices.REISSUE_REQUIRED if right.may_order else notices.NOT_EXTENDABLE
    if order.extend_to is not None:
        notice = notices.EXTENDING if order.status == Status.COLLECTED else notices.EXTENDING_LATER
        if now >= first_moment_after(order):
            notice = notices.EXTENSION_LATE
        yield notice.of(order.extend_to)
    yield from _ending(order, student, timezone.localdate(now))
    if order.status in REVOCABLE and right.may_order and order.album_number != student.album_number:
        yield notices.ALBUM_NUMBER_CHANGED


def _ending(order: Order, student: Student, today: date) -> Iterator[Notice]:
    """Say until when the order is valid and why, unless another notice does."""
    if order.status not in REVOCABLE or order.extend_to is not None:
        return
    if (ending := ending_soon(order, student, today)) is None:
        return
    reason = RevocationReason(ending["reason"])
    if reason in notices.ENDS_BECAUSE and not (
        reason == RevocationReason.REPLACED and order.reissue_required
    ):
        title = notices.ENDS_TITLE % {"date": write_day(date.fromisoformat(ending["last_day"]))}
        by_the_office = reason != RevocationReason.REPLACED
        yield Notice("warning", title, notices.ENDS_BECAUSE[reason], by_the_office=by_the_office)
