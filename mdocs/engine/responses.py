"""Recording of responses: what mDokumenty said about a claimed order, order by order.

Each function locks the order, merges what is new into what the order has become in the meantime (`merging`), gives the
lease back and says when to look next. What went wrong instead of an answer is recorded in `mdocs.engine.failures`;
many answers at once are in `mdocs.engine.batches`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from mdocs import schedule
from mdocs.engine import merging, processing_times, references
from mdocs.entitlement import expiry
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order
from mdocs.orders import order_for_update, record_event, transition
from mdocs.statuses import FINAL, Reason, Status
from mdocs.step_log import on_behalf_of


@contextmanager
def claimed_order_for_update(claimed_order: Order) -> Iterator[Order]:
    """Lock a claimed order for what came of its call, and give the lease back unless another worker has it by now."""
    with order_for_update(claimed_order.pk) as order, recording(order, claimed_order):
        yield order


@contextmanager
def recording(order: Order, claimed_order: Order) -> Iterator[None]:
    """Record in a locked order what came of its call, under the request that asked for it, and give the lease back
    unless another worker has it by now."""
    ours = order.leased_until == claimed_order.leased_until
    with on_behalf_of(claimed_order):
        yield
    if ours:
        order.leased_until = None


def record_answer(claimed_order: Order, remote: RemoteOrder, at: datetime) -> None:
    """Merge an order object of mDokumenty into the order."""
    with claimed_order_for_update(claimed_order) as order:
        if merging.merge(order, claimed_order, remote, at):
            references.record([order])


def record_no_news(claimed_orders: Sequence[Order], at: datetime) -> None:
    """Set the next question for orders of one claim that are as they were: one UPDATE for all of them.

    An order that somebody changed meanwhile keeps the moment that was set with the change.
    """
    watched = When(
        status=Status.READY, poll_fast_until__gt=at, then=Value(schedule.next_question_when_watched(at))
    )
    expected = processing_times.expected()
    each = [
        When(pk=claimed_order.pk, then=Value(schedule.next_question(claimed_order, at, expected)))
        for claimed_order in claimed_orders
    ]
    with transaction.atomic():
        Order.objects.leased_by(claimed_orders).lock_in_order()
        Order.objects.unchanged_since(claimed_orders).update(
            next_attempt_at=Case(watched, *each, default=F("next_attempt_at"))
        )
        Order.objects.leased_by(claimed_orders).update(leased_until=None)


def record_refusal(claimed_order: Order, code: str, at: datetime) -> None:
    """End an order that mDokumenty refuses for good (422)."""
    with claimed_order_for_update(claimed_order) as order:
        if order.status not in FINAL and order.mdokumenty_id is None:
            merging.end(order, RemoteStatus.REJECTED, code, at)


def record_earlier_document(claimed_order: Order, document_id: str, at: datetime) -> None:
    """Note that the holder has another live document there (409): revoke it first, then order again.

    An order that is being cancelled anyway cannot exist there while the other one does: it is cancelled.
    """
    with claimed_order_for_update(claimed_order) as order:
        if order.mdokumenty_id is not None:
            return
        if order.status == Status.CANCELLING:
            transition(order, Status.CANCELLED, Reason.CONFIRMED, at=at)
        elif order.status == Status.WAITING:
            order.blocked_by = document_id
            if order.events.filter(reason=Reason.EARLIER_ENDED, detail=document_id).exists():
                # We have ended that one already: they need time to notice.
                order.failures += 1
                order.next_attempt_at = schedule.retry(order.failures, at)
            else:
                order.next_attempt_at = at
                record_event(order, Reason.EARLIER_FOUND, detail=document_id, at=at)


def record_never_arrived(claimed_order: Order, at: datetime) -> None:
    """End an order that is being cancelled and that mDokumenty does not have; its last valid day is over.

    Should a late copy of it arrive after all, it is void, and the holder's next order finds it and ends it.
    """
    with claimed_order_for_update(claimed_order) as order:
        if order.status == Status.CANCELLING and order.mdokumenty_id is None:
            transition(order, Status.CANCELLED, Reason.NEVER_ARRIVED, at=at)


def record_earlier_ended(claimed_order: Order, at: datetime) -> None:
    """Note that the earlier document has been revoked: the order itself can be sent."""
    with claimed_order_for_update(claimed_order) as order:
        if order.status not in FINAL:
            record_event(order, Reason.EARLIER_ENDED, detail=order.blocked_by, at=at)
            order.blocked_by = ""
            order.next_attempt_at = at


def record_ended(claimed_order: Order, there: RemoteStatus, at: datetime) -> None:
    """Record that the order is over at mDokumenty (409 order_final, 409 revoked)."""
    with claimed_order_for_update(claimed_order) as order:
        if order.status in FINAL:
            return
        if not merging.end(order, there, "", at):
            order.failures += 1
            order.next_attempt_at = schedule.retry(order.failures, at)


def record_collected_first(claimed_order: Order, at: datetime) -> None:
    """Turn a cancellation into a revocation: the document was collected before (409 already_collected)."""
    with claimed_order_for_update(claimed_order) as order:
        if order.status == Status.CANCELLING:
            order.next_attempt_at = at
            merging.revoke_instead(order, at)


def record_reissue_required(claimed_order: Order, at: datetime) -> None:
    """Note that this document cannot be extended: the student has to order a new one (409 reissue_required).

    Where its last valid day is over by now the portal does so at once, whether or not questions go out at the moment.
    """
    with claimed_order_for_update(claimed_order) as order:
        if order.status not in FINAL:
            order.extend_to = order.extension_asked_at = None
            order.reissue_required = True
            if order.status == Status.COLLECTED:
                order.next_attempt_at = schedule.next_question(order, at)
            record_event(order, Reason.REISSUE_REQUIRED, at=at)
    if at >= schedule.first_moment_after(order):
        expiry.lapse(order, at=at)
