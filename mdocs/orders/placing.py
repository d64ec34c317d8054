"""Placing an order."""

import json
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mdocs.models import Order
from mdocs.orders.steps import AlreadyOrdered, NotEligible, note
from mdocs.querysets import ENCRYPTED, Lane
from mdocs.statuses import Reason
from mdocs.wakeup import wake_after_commit
from students.eligibility import assess
from students.models import Student, User


def place(student: Student, *, by: User | None, at: datetime | None = None) -> Order:
    """Order an mLegitymacja for the student and return the order.

    However often and from however many places it is called at once, a student has one live order. Raises
    AlreadyOrdered, or NotEligible when a condition (domain, "The conditions") is not met.
    """
    return _place(student.pk, Reason.ORDERED, by=by, at=at or timezone.now())


def _place(student_id: int, reason: Reason, *, by: User | None, at: datetime) -> Order:
    with transaction.atomic():
        # The lock on the student makes clicks that come together queue up; the constraint on orders is behind it.
        Student.objects.select_for_update().get(pk=student_id)
        student = (
            Student.objects.with_conditions(timezone.localdate(at)).select_related("photo").get(pk=student_id)
        )
        live = student.orders.live().defer(*ENCRYPTED).first()
        if live is not None:
            raise AlreadyOrdered(live)
        eligibility = assess(student)
        if not eligibility.may_order or eligibility.entitled_until is None or student.album_number is None:
            raise NotEligible(eligibility)
        card = student.cards.in_use().first()
        order = Order.objects.create(
            student=student,
            created_at=at,
            status_changed_at=at,
            valid_until=eligibility.entitled_until,
            album_number=student.album_number,
            card_number=card.barcode_number if card else "",
            holder=json.dumps(
                {
                    "pesel": student.pesel,
                    "first_names": student.first_names,
                    "last_name": student.last_name,
                    "birth_date": student.birth_date.isoformat(),
                }
            ),
            photo=student.photo,
            next_attempt_at=at,
        )
        note(order, reason, by=by, old="", at=at)
        wake_after_commit(Lane.SEND)
        return order


def place_successor(order: Order, at: datetime) -> None:
    """Place the order that its student wanted after the one that has just ended, if they still may have it."""
    # Savepoint: should the conditions no longer be met, the old order must still end.
    try:
        with transaction.atomic():
            _place(order.student_id, Reason.ORDERED_AGAIN, by=None, at=at)
    except NotEligible:
        note(order, Reason.AGAIN_IMPOSSIBLE, at=at)
