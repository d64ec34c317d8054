"""Revocation of documents without entitlement, and extension of those that are to be valid for longer.

At once for the students that `mdocs.entitlement.receivers` is called for, and once a day for all: for what only time
does, and for what was never heard because a process died between a commit and its signal. Done twice, or half and
then again, it comes to the same.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.entitlement.expiry import note_not_extended
from mdocs.models import Order
from mdocs.orders import bulk
from mdocs.statuses import RevocationReason
from students.conditions import ELS
from students.models import StudentCard, User


def revoke(order_ids: Collection[UUID], day: date, *, by: User | None = None) -> Counter[RevocationReason]:
    """End those of these orders whose students have no right to them on `day`; return how many for which reason."""

    def reasons(orders: Sequence[Order]) -> dict[UUID, RevocationReason]:
        found = rules.loss_reasons(orders, day)
        for order in orders:
            note_not_extended(order, found.get(order.pk))
        return found

    return bulk.end(order_ids, reasons, by=by)


def revoke_ineligible(
    day: date, *, students: Collection[int] | None = None, by: User | None = None
) -> Counter[RevocationReason]:
    """End the live orders of everybody, or of these students, who have no right to them on `day`.

    Return how many ended for which reason. Orders that are not ready are cancelled, the others revoked.
    """
    of_these = rules.ineligible_students(day)
    if students is not None:
        of_these = rules.with_loss_reason(day).filter(pk__in=students)
    rows = of_these.order_by().values_list("document__pk", "reason")
    return revoke([order_id for order_id, reason in rows if reason is not None], day, by=by)


def extend_with_cards(*, cards: Collection[int] | None = None, by: User | None = None) -> int:
    """Extend the live orders, all or those issued on these cards, that are to be valid for longer by now.

    Return how many.

    Under the rules `pesel` with what confirms their students. Of all, those are left out that mDokumenty has said it
    cannot extend: they are not asked for every day.
    """
    extendable = rules.students_to_extend(timezone.localdate())
    if cards is None:
        extendable = extendable.filter(document__reissue_required=False)
    else:
        extendable = extendable.filter(pk__in=StudentCard.objects.filter(pk__in=cards).values("student"))
    return bulk.extend(_dates(extendable), by=by)


def extend_for_students(students: Collection[int], *, by: User | None = None) -> None:
    """Extend the live orders of these students whose rights last longer than was known.

    Rules `pesel`: under `els` a document follows its card.
    """
    if settings.ELIGIBILITY_RULES != ELS:
        extendable = rules.students_to_extend(timezone.localdate()).filter(pk__in=students)
        bulk.extend(_dates(extendable.filter(document__reissue_required=False)), by=by)


def withdraw_extensions(*, students: Collection[int] | None = None, by: User | None = None) -> int:
    """Take back the extensions that have not come about and are later than they should be by now; return how many.

    Of everybody, or of these students.
    """
    unfounded = rules.students_extended_wrongly(timezone.localdate())
    if students is not None:
        unfounded = unfounded.filter(pk__in=students)
    return bulk.withdraw_extensions(_dates(unfounded), by=by)


def _dates(documents: QuerySet[Any]) -> dict[UUID, date]:
    return dict(documents.order_by().values_list("document__pk", "due_until"))
