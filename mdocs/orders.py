"""The verbs: everything that can be done with an order. The only code that changes an order's state.

Each verb locks the order, checks it against the table of transitions, writes an event with the change, says when the
worker has to look next, and wakes the engine after the commit. What mDokumenty answers is recorded in `mdocs.answers`
through `locked` and `move`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils import timezone

from mdocs import schedule
from mdocs.models import Order, OrderEvent
from mdocs.querysets import ENCRYPTED, Lane
from mdocs.statuses import (
    CANCELLABLE,
    ENDING,
    FINAL,
    REVOCABLE,
    TRANSITIONS,
    Reason,
    RevocationReason,
    Status,
)
from mdocs.wakeup import wake_after_commit
from students.eligibility import Eligibility, assess
from students.models import Student, User


class NotAllowed(Exception):
    """The order's state does not allow what was asked; nothing was changed."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"not allowed while {order.status}")
        self.order = order


class AlreadyOrdered(Exception):
    """The student has a live order; no second one was made."""

    def __init__(self, order: Order) -> None:
        super().__init__("there is a live order")
        self.order = order


class NotEligible(Exception):
    """The student does not meet the conditions; `eligibility` says which."""

    def __init__(self, eligibility: Eligibility) -> None:
        super().__init__("the conditions are not met")
        self.eligibility = eligibility


@contextmanager
def locked(order_id: UUID) -> Iterator[Order]:
    """Hold the order's row in a transaction, and save what the caller has made of it at the end.

    An order that was over before stays as it was. One that is over now gives way to its successor, where the student
    asked for one.
    """
    with transaction.atomic():
        # What is encrypted is read, and written, only where it is used: an unreadable value holds up nothing else.
        order = Order.objects.select_for_update().defer(*ENCRYPTED).get(pk=order_id)
        was_final = order.status in FINAL
        yield order
        if was_final:
            return
        order.save()
        if order.status in FINAL and order.order_again:
            _place_successor(order, order.status_changed_at)


def note(
    order: Order,
    reason: Reason,
    *,
    by: User | None = None,
    old: str | None = None,
    detail: str = "",
    at: datetime,
) -> None:
    """Write down that something happened to the order."""
    old = order.status if old is None else old
    OrderEvent.objects.create(
        order=order, old=old, new=order.status, reason=reason, detail=detail, actor=by, at=at
    )


def move(
    order: Order, new: Status, reason: Reason, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Bring a locked order into another state, and write the event. Raises NotAllowed where the table has no such step.

    What only the state before needed is let go: codes end with `ready`, a final order keeps no personal data.
    """
    old = Status(order.status)
    if new not in TRANSITIONS[old]:
        raise NotAllowed(order)
    order.status = new
    order.status_changed_at = at
    order.attention = order.last_failure = ""
    order.failures = 0
    if new != Status.READY:
        order.qr_token = order.activation_code = order.qr_svg = order.codes_expire_at = None
    if new in ENDING | FINAL:
        order.extend_to = None
    if new in FINAL:
        order.next_attempt_at = order.leased_until = order.holder = order.photo = None
        order.blocked_by = ""
    note(order, reason, by=by, old=old, detail=detail, at=at)


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


def _place_successor(order: Order, at: datetime) -> None:
    # Savepoint: should the conditions no longer be met, the old order must still end.
    try:
        with transaction.atomic():
            _place(order.student_id, Reason.ORDERED_AGAIN, by=None, at=at)
    except NotEligible:
        note(order, Reason.AGAIN_IMPOSSIBLE, at=at)


def cancel(
    order: Order,
    *,
    by: User | None,
    reason: RevocationReason = RevocationReason.HOLDER_REQUEST,
    at: datetime | None = None,
) -> Order:
    """Cancel an order that is not ready: at once if it was certainly never sent, else once mDokumenty has.

    Should it prove to be collected already, it is revoked for this `reason`. Raises NotAllowed from any other state.
    """
    at = at or timezone.now()
    with locked(order.pk) as order:
        if order.status not in CANCELLABLE:
            raise NotAllowed(order)
        if order.status == Status.WAITING and order.sent_at is None:
            move(order, Status.CANCELLED, Reason.NEVER_SENT, by=by, at=at)
        else:
            order.revocation_reason = reason
            order.next_attempt_at = at
            move(order, Status.CANCELLING, Reason.CANCEL_ASKED, by=by, at=at)
            wake_after_commit(Lane.SEND)
    return order


def revoke(
    order: Order,
    *,
    by: User | None,
    reason: RevocationReason = RevocationReason.HOLDER_REQUEST,
    at: datetime | None = None,
) -> Order:
    """Revoke an mLegitymacja that is ready or collected, on every phone. Raises NotAllowed from any other state."""
    at = at or timezone.now()
    with locked(order.pk) as order:
        _revoke(order, reason, by=by, at=at)
    return order


def _revoke(order: Order, reason: RevocationReason, *, by: User | None, at: datetime) -> None:
    if order.status not in REVOCABLE:
        raise NotAllowed(order)
    order.revocation_reason = reason
    order.next_attempt_at = at
    move(order, Status.REVOKING, Reason.REVOKE_ASKED, by=by, detail=reason, at=at)
    wake_after_commit(Lane.SEND)


def order_again(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Revoke the mLegitymacja and order a new one as soon as mDokumenty has revoked the old, in that sequence.

    Return the old order. Raises NotAllowed unless it is ready or collected, and NotEligible where a new order would
    be refused anyway: then the old one is left as it is.
    """
    at = at or timezone.now()
    with locked(order.pk) as order:
        _revoke(order, RevocationReason.HOLDER_REQUEST, by=by, at=at)
        student = Student.objects.with_conditions(timezone.localdate(at)).get(pk=order.student_id)
        if not (eligibility := assess(student)).may_order:
            raise NotEligible(eligibility)
        order.order_again = True
        note(order, Reason.AGAIN_ASKED, by=by, at=at)
    return order


def extend(order: Order, until: date, *, by: User | None, at: datetime | None = None) -> Order:
    """Have the mLegitymacja valid until a later date, without the student doing anything.

    An order that was never sent just asks for the later date; a collected document is extended in mDokumenty; one in
    between is extended as soon as it has been collected (the contract knows no earlier moment). A date that is not
    later changes nothing. Raises NotAllowed where the order is over or on its way out.
    """
    at = at or timezone.now()
    with locked(order.pk) as order:
        if order.status in ENDING | FINAL:
            raise NotAllowed(order)
        if until <= max(order.valid_until, order.extend_to or order.valid_until):
            return order
        if order.status == Status.WAITING and order.sent_at is None:
            order.valid_until, order.extend_to = until, None
            note(order, Reason.EXTENDED, by=by, detail=until.isoformat(), at=at)
            return order
        order.extend_to = until
        if order.status == Status.COLLECTED:
            order.next_attempt_at = at
            wake_after_commit(Lane.SEND)
        note(order, Reason.EXTENSION_ASKED, by=by, detail=until.isoformat(), at=at)
    return order


def retry(order: Order, *, by: User, at: datetime | None = None) -> Order:
    """Let the worker try an order that waits for staff, or to be tried again, at once. Raises NotAllowed once over."""
    at = at or timezone.now()
    with locked(order.pk) as order:
        if order.status in FINAL:
            raise NotAllowed(order)
        order.attention = order.last_failure = ""
        order.failures = 0
        order.next_attempt_at = at
        note(order, Reason.RETRIED, by=by, at=at)
        for lane in Lane:
            wake_after_commit(lane)
    return order


def lapse(order: Order, *, at: datetime) -> bool:
    """End a collected mLegitymacja whose last valid day is over, unless an extension is under way; say if it did."""
    with locked(order.pk) as order:
        is_over = order.status == Status.COLLECTED and at >= schedule.first_moment_after(order)
        if not is_over or order.extend_to is not None:
            return False
        move(order, Status.LAPSED, Reason.DATE_PASSED, at=at)
        return True


def watch(order: Order, *, at: datetime) -> None:
    """Note that the student is looking at a ready order's codes, so that it is asked about more often for a while.

    Costs no lock, and nothing at all when it was noted a moment ago.
    """
    Order.objects.filter(pk=order.pk, status=Status.READY).filter(
        Q(watched_until__isnull=True) | Q(watched_until__lt=at + schedule.WATCHED / 2)
    ).update(
        watched_until=at + schedule.WATCHED,
        next_attempt_at=Least(F("next_attempt_at"), at + schedule.WATCHED_QUESTION),
    )
