"""Rules of entitlement: who loses the right to the mLegitymacja they have or have ordered, and why.

The rules: docs/reference/domain.md, What ends an mLegitymacja.

One annotated query answers for one student and for a hundred thousand, for today and, before a half-year ends, for the
day after it. What is done about it is in `mdocs.entitlement.revocation`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from mdocs.models import Order
from mdocs.querysets import EXTENSION_GRACE
from mdocs.statuses import ENDABLE, RevocationReason, Status
from students import conditions
from students.conditions import ELS, RULES, Condition
from students.expressions import Once
from students.fingerprints import holder_fingerprint
from students.half_years import extension_target
from students.models import EndReason, Student, StudentCard
from students.models.cards import StudentCardQuerySet

# The reason for which a document ends when a condition is not met any more, the most telling one first. The photo and
# the album number are not among them: they are needed to order, and losing them says nothing about the holder's right.
REASONS: dict[Condition, RevocationReason] = {
    conditions.ACTIVE_STUDENT: RevocationReason.STUDENT_STATUS_LOST,
    conditions.HAS_PESEL: RevocationReason.HOLDER_DATA_CHANGED,
    conditions.DATA_UNCHANGED: RevocationReason.HOLDER_DATA_CHANGED,
    conditions.HAS_CARD: RevocationReason.CARD_INVALIDATED,
    conditions.CARD_EXTENDED: RevocationReason.CARD_NOT_EXTENDED,
}

# An order whose codes nobody has used is replaced this long before its last valid day, where it is to last longer.
REPLACED_AHEAD = timedelta(days=3)
# The student's page speaks of the end of an mLegitymacja this long before it; messages come by
# `mdocs.entitlement.end_warnings`.
NOTICE = timedelta(days=14)


class Outcome(NamedTuple):
    """Outcome of an order on a day.

    - `reason`: why it ends; None where it does not.
    - `due_until`: the last day until which it is to be valid; None where no rule says.
    - `renewable_until`: the same of an order placed on that day; None where none may be placed.
    """

    reason: RevocationReason | None
    due_until: date | None
    renewable_until: date | None


def with_loss_reason(day: date) -> QuerySet[Any]:
    """Return the students with a live order that may still end, annotated with what becomes of it as of `day`.

    Beside their conditions these are `document` (the order's joined row), `due_until`, the last day until which it is
    to be valid, and `reason`: why it is to end, or None. What ends when is asked here by the student's page, the
    warnings, the dry run, the dashboard and the sweep, so that they cannot disagree.
    """
    return _with_loss_reason(day, settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION).all()


@lru_cache(maxsize=16)
def _with_loss_reason(day: date, rules: str, _automatic: bool) -> QuerySet[Any]:
    """Return `with_loss_reason` as it is built once for a day; what it reads of the settings is part of the key."""
    documents = (
        Student.objects.with_conditions(day, rules)
        .annotate(document=FilteredRelation("orders", condition=Q(orders__status__in=sorted(ENDABLE))))
        .filter(document__isnull=False)
        .annotate(due_until=Once(due_until(day, rules), output_field=DateField()))
    )
    causes = (
        *_losses(rules),
        When(document__valid_until__lt=day, then=_when_over(day)),
        _replaced_ahead(day),
    )
    reason = Case(*causes, default=None, output_field=CharField())
    return documents.annotate(reason=Once(reason, output_field=CharField()))


def ineligible_students(day: date) -> QuerySet[Any]:
    """Return the students `with_loss_reason` whose order is to end.

    For everybody at once: over a few given students PostgreSQL plans it as badly as it plans it well over all.
    """
    return with_loss_reason(day).filter(reason__isnull=False)


def loss_reasons(orders: Iterable[Order], day: date) -> dict[UUID, RevocationReason]:
    """Return why each of these orders is to end, as things stand on `day`; those that may stay are not named."""
    theirs = with_loss_reason(day).filter(pk__in=[order.student_id for order in orders]).order_by()
    rows = theirs.values_list("document__pk", "reason")
    return {order_id: RevocationReason(reason) for order_id, reason in rows if reason is not None}


def outcome_of(order: Order, day: date) -> Outcome:
    """Return what becomes of one order that may still end, as of `day`."""
    found = with_loss_reason(day).filter(pk=order.student_id, document__pk=order.pk).order_by()
    reason, due, may_order, entitled_until = found.values_list(
        "reason", "due_until", "may_order", "entitled_until"
    ).get()
    return Outcome(RevocationReason(reason) if reason else None, due, entitled_until if may_order else None)


def with_last_day(today: date, ahead: timedelta) -> QuerySet[Any]:
    """Return the students whose order will have ended after the time `ahead`, as things stand on `today`.

    Annotated beside `reason` is `last_day`, the last on which it is valid.
    """
    last_day = Case(
        When(reason=RevocationReason.STUDENT_STATUS_LOST, then=conditions.rights_until(today)),
        When(reason=RevocationReason.CARD_NOT_EXTENDED, then=F("due_until")),
        default=F("document__valid_until"),
        output_field=DateField(),
    )
    ending = ineligible_students(today + ahead + timedelta(days=1))
    found: QuerySet[Any] = ending.annotate(last_day=Once(last_day, output_field=DateField())).filter(
        last_day__gte=today
    )
    return found


def _losses(rules: str) -> Iterator[When]:
    """Yield the causes for which a right is lost, the most telling first."""
    yield When(level_allowed=False, then=Value(RevocationReason.STUDENT_STATUS_LOST))
    # What the document says about its holder was frozen with the order: a change that was changed back is none.
    changed = ~Q(document__holder_fingerprint__in=["", holder_fingerprint()])
    yield When(changed, then=Value(RevocationReason.HOLDER_DATA_CHANGED))
    if rules == ELS:
        exchanged = Exists(_its_card().filter(end_reason=EndReason.DATA_CHANGED))
        yield When(exchanged, then=Value(RevocationReason.HOLDER_DATA_CHANGED))
    for condition, reason in REASONS.items():
        if condition in RULES[rules]:
            failed = {condition.annotation: False}
            needed = {f"meets_{condition.needs}": True} if condition.needs else {}
            yield When(**failed, **needed, then=Value(reason))
    if rules == ELS:
        # A new card does not bring back a document that was issued on one that is not valid any more.
        on_another = ~Q(document__card_number="") & ~Exists(_its_card().in_use())
        yield When(on_another, then=Value(RevocationReason.CARD_INVALIDATED))


def _when_over(day: date) -> Case:
    """Return what becomes of an order whose last valid day is over, though its holder's right is not lost."""
    on_phone, goes_on = Q(document__status=Status.COLLECTED), Q(due_until__gte=day)
    asked = Q(document__extend_to__isnull=False)
    in_grace = asked & Q(document__valid_until__gte=day - EXTENSION_GRACE)
    never_sent = Q(document__status=Status.WAITING, document__sent_at__isnull=True)
    return Case(
        # Extended in time is extended: mDokumenty is asked until it has done so, or says that it cannot.
        When(on_phone & in_grace, then=None),
        When(on_phone & goes_on & Q(document__reissue_required=True), then=Value(RevocationReason.REPLACED)),
        When(on_phone & goes_on & ~asked, then=None),
        When(on_phone, then=Value(RevocationReason.DATE_PASSED)),
        # On no phone yet: what was certainly not sent asks for another date, the rest gives way to a new order.
        When(never_sent & Q(may_order=True), then=None),
        When(may_order=True, then=Value(RevocationReason.REPLACED)),
        default=Value(RevocationReason.DATE_PASSED),
        output_field=CharField(),
    )


def _replaced_ahead(day: date) -> When:
    """Return the cause of codes that were not used in time: mDokumenty extends only what is on a phone."""
    lasts_longer = Q(document__status=Status.READY, due_until__gt=F("document__valid_until"))
    ends_soon = Q(document__valid_until__lt=day + REPLACED_AHEAD)
    return When(lasts_longer & ends_soon & Q(may_order=True), then=Value(RevocationReason.REPLACED))


def _its_card() -> StudentCardQuerySet:
    return StudentCard.objects.filter(
        student=OuterRef("pk"), barcode_number=OuterRef("document__card_number")
    )


def due_until(day: date, rules: str) -> Subquery | Case:
    """Return the expression, over a student with `document`, for the last day until which it is to be valid.

    `els`: that of the card on which it was issued. `pesel`: the date for which it was ordered or its student has been
    confirmed, or where the portal confirms by itself, for which it would be ordered on `day`; never longer than the
    rights last (docs/reference/domain.md, Two sets of rules). NULL where there is neither a card nor a right.
    """
    if rules == ELS:
        return Subquery(_its_card().in_use().order_by().values("valid_until")[:1])
    confirmed: Any = Coalesce("document__confirmed_until", "document__valid_until")
    if settings.AUTOMATIC_CONFIRMATION:
        confirmed = Greatest(confirmed, Value(extension_target(day)))
    rights = conditions.rights_until(day)
    return Case(When(level_allowed=True, meets_active_student=True, then=Least(rights, confirmed)))


def students_to_extend(day: date) -> QuerySet[Any]:
    """Return the students `with_loss_reason` whose order is to be valid for longer by now, until `due_until`."""
    longest = Greatest("document__valid_until", Coalesce("document__extend_to", "document__valid_until"))
    return with_loss_reason(day).filter(due_until__gt=longest, reason__isnull=True)


def students_extended_wrongly(day: date) -> QuerySet[Any]:
    """Return the students `with_loss_reason` whose order is valid, or to be extended, beyond `due_until`.

    Their card was extended by mistake, and that was undone. A date that has been sent stays as it is.
    """
    never_sent = Q(
        document__status=Status.WAITING,
        document__sent_at__isnull=True,
        document__valid_until__gt=F("due_until"),
    )
    return with_loss_reason(day).filter(never_sent | Q(document__extend_to__gt=F("due_until")))


@contextmanager
def preserve_fingerprints(student_ids: Sequence[int]) -> Iterator[None]:
    """Bring the orders' fingerprints along when only the key changes under which these students' PESELs are indexed."""
    same_holder = Q(holder_fingerprint=_fingerprint_now())
    unchanged = Order.objects.live().filter(same_holder, student__in=student_ids)
    order_ids = list(unchanged.select_for_update().order_by("pk").values_list("pk", flat=True))
    yield
    Order.objects.filter(pk__in=order_ids).update(holder_fingerprint=_fingerprint_now())


def _fingerprint_now() -> Subquery:
    student = Student.objects.filter(pk=OuterRef("student_id")).order_by()
    return Subquery(student.annotate(fingerprint=holder_fingerprint()).values("fingerprint"))
