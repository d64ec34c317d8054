"""Recording of responses: what mDokumenty said about a claimed order, order by order.

Each function locks the order, merges what is new into what the order has become in the meantime, gives the lease
back and says when to look next. All of them may come late, twice, or after the student has changed their mind:
`updated_at` decides which answer is newer, and a final state is never left. What went wrong instead of an answer is
recorded in `mdocs.engine.failures`.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from mdocs import qr, schedule
from mdocs.engine import references
from mdocs.entitlement import expiry
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order
from mdocs.orders import order_for_update, record_event, transition
from mdocs.statuses import CANCELLABLE, ENDING, FINAL, Failure, Reason, RevocationReason, Status
from mdocs.step_log import on_behalf_of

logger = logging.getLogger(__name__)

_ENDED = {
    RemoteStatus.REVOKED: Status.REVOKED,
    RemoteStatus.CANCELLED: Status.CANCELLED,
    RemoteStatus.EXPIRED: Status.EXPIRED,
}
_SAME = {
    RemoteStatus.PENDING: Status.PROCESSING,
    RemoteStatus.PROCESSING: Status.PROCESSING,
    RemoteStatus.READY: Status.READY,
    RemoteStatus.COLLECTED: Status.COLLECTED,
}
_CONFIRMED = {(Status.CANCELLING, Status.CANCELLED), (Status.REVOKING, Status.REVOKED)}


@contextmanager
def claimed_order_for_update(claimed_order: Order) -> Iterator[Order]:
    """Lock a claimed order for what came of its call, and give the lease back unless another worker has it by now."""
    with on_behalf_of(claimed_order), order_for_update(claimed_order.pk) as order:
        ours = order.leased_until == claimed_order.leased_until
        yield order
        if ours:
            order.leased_until = None


def record_answer(claimed_order: Order, remote: RemoteOrder, at: datetime) -> None:
    """Merge an order object of mDokumenty into the order."""
    qr_svg = qr.qr_svg(remote.codes.qr_token) if remote.codes else None
    with claimed_order_for_update(claimed_order) as order:
        if order.status in FINAL:
            return
        newly_known = order.mdokumenty_id is None
        if newly_known:
            # They have it: what was frozen for sending is not needed any more.
            order.mdokumenty_id = remote.order_id
            order.holder = order.photo = None
            references.record([order])
        elif order.mdokumenty_id != remote.order_id:
            logger.error("order %s has two numbers at mDokumenty; the first is kept", order.pk)
            order.failures += 1
            order.last_failure = Failure.CONFLICT
            order.next_attempt_at = schedule.retry(order.failures, at)
            return
        earlier_failures, order.failures = order.failures, 0
        order.last_failure = order.attention = ""
        order.missing_since = None
        newer = is_newer(order, remote, at)
        # What a cancellation or revocation is answered with is of this very moment, whatever their clock says.
        if newer or (claimed_order.status in ENDING and remote.status in _ENDED):
            _merge(order, remote, qr_svg, at)
        if order.status in FINAL:
            return
        changed = newly_known or order.status != claimed_order.status
        if order.status in ENDING or (order.status == Status.COLLECTED and order.extend_to is not None):
            # What we asked for and has not come about is asked for again, ever more slowly.
            order.failures = 0 if changed else earlier_failures + 1
            order.next_attempt_at = at if changed else schedule.retry(order.failures, at)
        elif changed and order.status == Status.PROCESSING:
            order.next_attempt_at = schedule.first_question(at)
        else:
            order.next_attempt_at = schedule.next_question(order, at)


def _merge(order: Order, remote: RemoteOrder, qr_svg: str | None, at: datetime) -> None:
    order.remote_updated_at = _updated_at(remote, at)
    order.valid_until = remote.valid_until
    if order.extend_to is not None and order.extend_to <= remote.valid_until:
        order.extend_to = order.extension_asked_at = None
        order.reissue_required = False
        record_event(order, Reason.EXTENDED, detail=remote.valid_until.isoformat(), at=at)
    _advance(order, remote, qr_svg, at)


def _advance(order: Order, remote: RemoteOrder, qr_svg: str | None, at: datetime) -> None:
    """Bring a locked order to where mDokumenty says it is; what does not lead on from its state changes nothing."""
    there, here = remote.status, Status(order.status)
    if _end(order, there, remote.rejection.code if remote.rejection else "", at):
        return
    if there is RemoteStatus.COLLECTED and here is Status.CANCELLING:
        _revoke_instead(order, at)
    elif there is RemoteStatus.COLLECTED and here in CANCELLABLE | {Status.READY}:
        transition(order, Status.COLLECTED, Reason.COLLECTED, at=at)
    elif there is RemoteStatus.READY and here in CANCELLABLE | {Status.READY} and remote.codes:
        order.qr_token, order.activation_code = remote.codes.qr_token, remote.codes.activation_code
        order.codes_expire_at, order.qr_svg = remote.codes.expire_at, qr_svg
        if here is not Status.READY:
            transition(order, Status.READY, Reason.CODES_READY, at=at)
    elif here is Status.WAITING:
        # Also where the status is one that we do not know: that they have the order, we do.
        transition(order, Status.PROCESSING, Reason.ACCEPTED, at=at)
    elif there is not RemoteStatus.UNKNOWN and here not in ENDING and _SAME.get(there) is not here:
        logger.error("order %s is %s here and %s at mDokumenty; kept as it is", order.pk, here, there)


def _revoke_instead(order: Order, at: datetime) -> None:
    """Go on from cancelling to revoking, for the reason for which the order was to be cancelled."""
    order.revocation_reason = order.revocation_reason or RevocationReason.HOLDER_REQUEST
    transition(order, Status.REVOKING, Reason.COLLECTED_FIRST, at=at)


def _end(order: Order, there: RemoteStatus, rejection_code: str, at: datetime) -> bool:
    """End a locked order that is over at mDokumenty; say whether it is."""
    here = Status(order.status)
    if there in _ENDED:
        new = _ENDED[there]
        transition(order, new, Reason.CONFIRMED if (here, new) in _CONFIRMED else Reason.ENDED_THERE, at=at)
        return True
    if there is RemoteStatus.REJECTED and here in CANCELLABLE | ENDING:
        # Who wanted to cancel has what they wanted: there is no document.
        order.rejection_code = rejection_code
        new = Status.CANCELLED if here in ENDING else Status.REJECTED
        transition(order, new, Reason.REFUSED, detail=rejection_code, at=at)
        return True
    return False


def _updated_at(remote: RemoteOrder, at: datetime) -> datetime:
    """Return when mDokumenty last changed the order, but never a moment to come.

    A clock of theirs that is ahead would else make every later answer look older than this one.
    """
    return min(remote.updated_at, at)


def is_newer(order: Order, remote: RemoteOrder, at: datetime) -> bool:
    """Say whether an answer is at least as new as what was heard of the order before."""
    return order.remote_updated_at is None or _updated_at(remote, at) >= order.remote_updated_at


def same_state(there: RemoteStatus) -> Status | None:
    """Return our state of a live order that is in this state there; None for one that is over, or unknown."""
    return _SAME.get(there)


def is_news(claimed_order: Order, remote: RemoteOrder, at: datetime) -> bool:
    """Say whether an answer to a question holds anything that was not known when the order was claimed."""
    updated_at = _updated_at(remote, at)
    if claimed_order.failures or claimed_order.attention or claimed_order.remote_updated_at is None:
        return True
    if updated_at < claimed_order.remote_updated_at:
        return False
    return (
        _SAME.get(remote.status) != claimed_order.status
        or updated_at > claimed_order.remote_updated_at
        or remote.valid_until != claimed_order.valid_until
    )


def record_no_news(claimed_orders: Sequence[Order], at: datetime) -> None:
    """Set the next question for orders of one claim that are as they were: one UPDATE for all of them.

    An order that somebody changed meanwhile keeps the moment that was set with the change.
    """
    watched = When(
        status=Status.READY, poll_fast_until__gt=at, then=Value(schedule.next_question_when_watched(at))
    )
    each = [
        When(pk=claimed_order.pk, then=Value(schedule.next_question(claimed_order, at)))
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
            _end(order, RemoteStatus.REJECTED, code, at)


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
        if not _end(order, there, "", at):
            order.failures += 1
            order.next_attempt_at = schedule.retry(order.failures, at)


def record_collected_first(claimed_order: Order, at: datetime) -> None:
    """Turn a cancellation into a revocation: the document was collected before (409 already_collected)."""
    with claimed_order_for_update(claimed_order) as order:
        if order.status == Status.CANCELLING:
            order.next_attempt_at = at
            _revoke_instead(order, at)


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
