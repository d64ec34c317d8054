"""Rules of entitlement: who loses the right to the mLegitymacja they have or have ordered, and why.

The rules: docs/reference/domain.md, What ends an mLegitymacja.

One annotated query answers for one student and for a hundred thousand, for today and, before a half-year ends, for the
day after it. What is done about it is in `mdocs.entitlement.revocation`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
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
from django.db.models.functions import Coalesce, Greatest

from mdocs.models import Order
from mdocs.statuses import ENDABLE, RevocationReason, Status
from students import conditions
from students.conditions import ELS, RULES, Condition
from students.fingerprints import holder_fingerprint
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


def with_loss_reason(day: date) -> QuerySet[Any]:
    """Keep the students with a live order that may still end, and annotate what becomes of it as of `day`.

    Beside their conditions these are `document` (the order's joined row) and `reason`: why it is to end, or None.
    """
    rules = settings.ELIGIBILITY_RULES
    reason = Case(*_causes(rules), default=None, output_field=CharField())
    return (
        Student.objects.with_conditions(day, rules)
        .annotate(document=FilteredRelation("orders", condition=Q(orders__status__in=sorted(ENDABLE))))
        .filter(document__isnull=False)
        .annotate(reason=reason)
    )


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


def _causes(rules: str) -> Iterator[When]:
    """Yield the causes of each reason, the most telling first."""
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


def _its_card() -> StudentCardQuerySet:
    return StudentCard.objects.filter(
        student=OuterRef("pk"), barcode_number=OuterRef("document__card_number")
    )


def extendable_orders() -> QuerySet[Any]:
    """Keep the orders issued on a card that is valid for longer by now, with that date as `card_until`.

    None under the rules `pesel`: there a document does not follow its card.
    """
    if settings.ELIGIBILITY_RULES != ELS:
        return _with_card_until().none()
    return _with_card_until().filter(
        card_until__gt=Greatest("valid_until", Coalesce("extend_to", "valid_until"))
    )


def unfounded_extensions() -> QuerySet[Any]:
    """Keep the orders that are to be valid for longer than their card, with its date as `card_until`.

    It was extended by mistake, and that was undone. None under the rules `pesel`. What has been sent stays as it is.
    """
    if settings.ELIGIBILITY_RULES != ELS:
        return _with_card_until().none()
    never_sent = Q(status=Status.WAITING, sent_at__isnull=True, valid_until__gt=F("card_until"))
    return _with_card_until().filter(never_sent | Q(extend_to__gt=F("card_until")))


def _with_card_until() -> QuerySet[Any]:
    card = StudentCard.objects.in_use().filter(
        student=OuterRef("student_id"), barcode_number=OuterRef("card_number")
    )
    return Order.objects.filter(status__in=ENDABLE).annotate(
        card_until=Subquery(card.order_by().values("valid_until")[:1])
    )


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
