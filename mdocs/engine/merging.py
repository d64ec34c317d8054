"""Merging: what an order object of mDokumenty means for an order whose row is locked. Nothing is saved here.

An answer may come late, twice, or after the student has changed their mind: `updated_at` decides which is newer, and a
final state is never left.
"""

import logging
from datetime import datetime

from mdocs import schedule
from mdocs.engine import processing_times
from mdocs.mdokumenty import RemoteOrder, RemoteStatus
from mdocs.models import Order
from mdocs.orders import record_event, transition
from mdocs.statuses import CANCELLABLE, ENDING, FINAL, Failure, Reason, RevocationReason, Status

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


def merge(order: Order, claimed_order: Order, remote: RemoteOrder, at: datetime) -> bool:
    """Bring a locked order to where mDokumenty says it is, and set when to look next.

    Return whether its number there is known only now: it belongs into the references file before this is committed.
    """
    if order.status in FINAL:
        return False
    newly_known = order.mdokumenty_id is None
    if newly_known:
        # They have it: what was frozen for sending is not needed any more.
        order.mdokumenty_id = remote.order_id
        order.holder = order.photo = None
    elif order.mdokumenty_id != remote.order_id:
        logger.error("order=%s has two numbers at mDokumenty; the first is kept", order.pk)
        order.failures += 1
        order.last_failure = Failure.CONFLICT
        order.next_attempt_at = schedule.retry(order.failures, at)
        return False
    earlier_failures, order.failures = order.failures, 0
    order.last_failure = order.attention = ""
    order.missing_since = None
    newer = is_newer(order, remote, at)
    # What a cancellation or revocation is answered with is of this very moment, whatever their clock says.
    if newer or (claimed_order.status in ENDING and remote.status in _ENDED):
        _merge(order, remote, at)
    if order.status not in FINAL:
        _schedule(order, newly_known or order.status != claimed_order.status, earlier_failures, at)
    return newly_known


def _schedule(order: Order, changed: bool, earlier_failures: int, at: datetime) -> None:
    if order.status in ENDING or (order.status == Status.COLLECTED and order.extend_to is not None):
        # What we asked for and has not come about is asked for again, ever more slowly.
        order.failures = 0 if changed else earlier_failures + 1
        order.next_attempt_at = at if changed else schedule.retry(order.failures, at)
    elif changed and order.status == Status.PROCESSING:
        order.next_attempt_at = schedule.first_question(at)
    else:
        order.next_attempt_at = schedule.next_question(order, at, processing_times.expected())


def _merge(order: Order, remote: RemoteOrder, at: datetime) -> None:
    order.remote_updated_at = _updated_at(remote, at)
    order.valid_until = remote.valid_until
    if order.extend_to is not None and order.extend_to <= remote.valid_until:
        order.extend_to = order.extension_asked_at = None
        order.reissue_required = False
        record_event(order, Reason.EXTENDED, detail=remote.valid_until.isoformat(), at=at)
    _advance(order, remote, at)


def _advance(order: Order, remote: RemoteOrder, at: datetime) -> None:
    """Bring a locked order to where mDokumenty says it is; what does not lead on from its state changes nothing."""
    there, here = remote.status, Status(order.status)
    if end(order, there, remote.rejection.code if remote.rejection else "", at):
        return
    if there is RemoteStatus.COLLECTED and here is Status.CANCELLING:
        revoke_instead(order, at)
    elif there is RemoteStatus.COLLECTED and here in CANCELLABLE | {Status.READY}:
        transition(order, Status.COLLECTED, Reason.COLLECTED, at=at)
    elif there is RemoteStatus.READY and here in CANCELLABLE | {Status.READY} and remote.codes:
        order.qr_token, order.activation_code = remote.codes.qr_token, remote.codes.activation_code
        order.codes_expire_at, order.qr_svg = remote.codes.expire_at, ""
        if here is not Status.READY:
            processing_times.record(remote)
            transition(order, Status.READY, Reason.CODES_READY, at=at)
    elif here is Status.WAITING:
        # Also where the status is one that we do not know: that they have the order, we do.
        transition(order, Status.PROCESSING, Reason.ACCEPTED, at=at)
    elif there is not RemoteStatus.UNKNOWN and here not in ENDING and _SAME.get(there) is not here:
        logger.error("order=%s is %s here and %s at mDokumenty; kept as it is", order.pk, here, there)


def revoke_instead(order: Order, at: datetime) -> None:
    """Go on from cancelling to revoking, for the reason for which the order was to be cancelled."""
    order.revocation_reason = order.revocation_reason or RevocationReason.HOLDER_REQUEST
    transition(order, Status.REVOKING, Reason.COLLECTED_FIRST, at=at)


def end(order: Order, there: RemoteStatus, rejection_code: str, at: datetime) -> bool:
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
