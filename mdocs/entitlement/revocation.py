"""Revocation of documents without entitlement, and extension of those whose card has been extended.

At once for the students that `mdocs.entitlement.receivers` is called for, and once a day for all: for what only time
does, and for what was never heard because a process died between a commit and its signal. Done twice, or half and
then again, it comes to the same.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date
from functools import partial

from mdocs.entitlement import rules
from mdocs.orders import bulk
from mdocs.statuses import RevocationReason
from students.models import StudentCard, User


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
    order_ids = [order_id for order_id, reason in rows if reason is not None]
    return bulk.end(order_ids, partial(rules.loss_reasons, day=day), by=by)


def extend_with_cards(*, cards: Collection[int] | None = None, by: User | None = None) -> int:
    """Extend the live orders issued on cards, all or these, that are valid for longer by now; return how many.

    For all cards those are left out that mDokumenty has said it cannot extend: they are not asked for every day.
    """
    orders = rules.extendable_orders()
    if cards is None:
        orders = orders.filter(reissue_required=False)
    else:
        holders = StudentCard.objects.filter(pk__in=cards).values("student")
        orders = orders.filter(student__in=holders)
    return bulk.extend(dict(orders.order_by().values_list("pk", "card_until")), by=by)


def withdraw_extensions(*, students: Collection[int] | None = None, by: User | None = None) -> int:
    """Take back the extensions that have not come about and are later than the card by now; return how many.

    Of everybody, or of these students.
    """
    orders = rules.unfounded_extensions()
    if students is not None:
        orders = orders.filter(student__in=students)
    return bulk.withdraw_extensions(dict(orders.order_by().values_list("pk", "card_until")), by=by)
