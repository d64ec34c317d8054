"""Placement of an order: the conditions are checked, and what is going to be sent is frozen."""

import json
from datetime import date, datetime
from functools import cache, lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.errors import AlreadyOrdered, NotEligible
from mdocs.orders.events import record_event
from mdocs.querysets import ENCRYPTED, Lane
from mdocs.statuses import Reason, RevocationReason
from mdocs.step_log import current_request_id
from mdocs.wakeup import wake_after_commit
from students.conditions import PESEL
from students.eligibility import assess
from students.fingerprints import holder_fingerprint
from students.half_years import extension_target
from students.models import Student, StudentCard, User
from students.models.people import StudentQuerySet
from students.prepared import Given, PreparedQuery


def place(student: Student, *, by: User | None, at: datetime | None = None) -> Order:
    """Order an mLegitymacja for the student and return the order.

    However often and from however many places it is called at once, a student has one live order. Raises
    AlreadyOrdered, or NotEligible when a condition (docs/reference/domain.md, Conditions) is not met.
    """
    return _place(student.pk, Reason.ORDERED, by=by, at=at or timezone.now())


def candidates(day: date, rules: str | None = None) -> StudentQuerySet:
    """Return students with all that `draft_order` reads: their conditions, their card's number, their fingerprint."""
    card = StudentCard.objects.in_use().filter(student=OuterRef("pk")).order_by().values("barcode_number")
    return Student.objects.with_conditions(day, rules).annotate(
        fingerprint=holder_fingerprint(), barcode_number=Coalesce(Subquery(card[:1]), Value(""))
    )


@lru_cache(maxsize=4)
def _candidate(day: date, rules: str) -> PreparedQuery[Student]:
    return PreparedQuery(candidates(day, rules).filter(pk=Given("student", BigIntegerField())))


@cache
def _lock() -> PreparedQuery[Student]:
    """Return the query that locks a student; to be run in a transaction."""
    theirs = Student.objects.filter(pk=Given("student", BigIntegerField()))
    return PreparedQuery(theirs.select_for_update().only("pk"))


@cache
def _live() -> PreparedQuery[Order]:
    theirs = Order.objects.filter(student=Given("student", BigIntegerField()))
    return PreparedQuery(theirs.live().defer(*ENCRYPTED))


def draft_order(student: Student, at: datetime) -> Order:
    """Freeze in an order, not stored yet, what is to be sent about one of the `candidates`.

    Raises NotEligible when a condition is not met.
    """
    eligibility = assess(student)
    if not eligibility.may_order or eligibility.entitled_until is None or student.album_number is None:
        raise NotEligible(eligibility)
    answers = vars(student)
    return Order(
        student=student,
        created_at=at,
        status_changed_at=at,
        valid_until=eligibility.entitled_until,
        # Should the rights prove to last longer than is known, so far the document follows them.
        confirmed_until=extension_target(timezone.localdate(at))
        if settings.ELIGIBILITY_RULES == PESEL
        else None,
        album_number=student.album_number,
        card_number=answers["barcode_number"],
        holder=json.dumps(
            {
                "pesel": student.pesel,
                "first_names": student.first_names,
                "last_name": student.last_name,
                "birth_date": student.birth_date.isoformat(),
            }
        ),
        holder_fingerprint=answers["fingerprint"],
        photo_id=student.photo_id,
        next_attempt_at=at,
        request_id=current_request_id(),
    )


def _place(student_id: int, reason: Reason, *, by: User | None, at: datetime) -> Order:
    with transaction.atomic():
        # The lock on the student makes clicks that come together queue up; the constraint on orders is behind it.
        _lock().get(student=student_id)
        student = _candidate(timezone.localdate(at), settings.ELIGIBILITY_RULES).get(student=student_id)
        live = _live().first(student=student_id)
        if live is not None:
            live.student = student
            raise AlreadyOrdered(live)
        order = draft_order(student, at)
        order.save(force_insert=True)
        record_event(order, reason, by=by, old="", at=at)
        wake_after_commit(Lane.SEND)
        return order


def place_successor(order: Order, at: datetime) -> None:
    """Place the order that its student, or the portal, wanted after the one that has just ended, if they still may have
    it."""
    # Savepoint: should the conditions no longer be met, the old order must still end.
    try:
        with transaction.atomic():
            replaced = order.revocation_reason == RevocationReason.REPLACED
            reason = Reason.ORDERED_INSTEAD if replaced else Reason.ORDERED_AGAIN
            _place(order.student_id, reason, by=None, at=at)
    except NotEligible:
        record_event(order, Reason.AGAIN_IMPOSSIBLE, at=at)


def place_after_refusals(order: Order, *, at: datetime) -> None:
    """Place anew an order whose refusal proved to be about the university.

    Not where its student has ordered since, or may not order any more. The refused one stays as it is: a final state
    is never left.
    """
    try:
        with transaction.atomic():
            Student.objects.select_for_update().values_list("pk").get(pk=order.student_id)
            if Order.objects.filter(student=order.student_id, created_at__gt=order.created_at).exists():
                return
            _place(order.student_id, Reason.ORDERED_AFTER_REFUSALS, by=None, at=at)
    except (AlreadyOrdered, NotEligible):
        pass
