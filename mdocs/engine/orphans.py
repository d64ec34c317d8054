"""Orphans: documents at mDokumenty that no order here wants, and their revocation."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from mdocs import audit, schedule
from mdocs import mdokumenty as md
from mdocs.engine import breaker
from mdocs.engine.comparison import ALIVE_THERE
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.mdokumenty.words import loggable
from mdocs.models import Order, OrphanDocument
from mdocs.querysets import Lane
from mdocs.statuses import Operation
from students.models import Student, User

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=1)  # longer than a call
_AT_ONCE = 100


def lives(remote: md.RemoteOrder, today: date) -> bool:
    """Say whether an order there is, or may become, a document that an inspector accepts."""
    return remote.status in ALIVE_THERE and remote.valid_until >= today


def record(
    remote: md.RemoteOrder, *, order: Order | None, student: int | None, at: datetime, revoke: bool
) -> OrphanDocument:
    """Keep a document that lives there and that no order here wants; `revoke` where that is certain.

    One that is known already stays as it is.
    """
    known_student = Student.objects.filter(pk=student).first() if student else None
    orphan, is_new = OrphanDocument.objects.get_or_create(
        reference=remote.client_reference,
        defaults={
            "mdokumenty_id": remote.order_id,
            "order": order,
            "student": known_student,
            "status_there": remote.status,
            "valid_until": remote.valid_until,
            "found_at": at,
            "revocation_asked_at": at if revoke else None,
            "next_attempt_at": at if revoke else None,
        },
    )
    if is_new:
        logger.error("mDokumenty has a document that no order here wants: order=%s", orphan.reference)
    return orphan


def note_seen(remote: md.RemoteOrder, *, at: datetime) -> bool:
    """Note how a document that is known as an orphan stands there; return whether it is one."""
    with transaction.atomic():
        orphan = OrphanDocument.objects.select_for_update().filter(reference=remote.client_reference).first()
        if orphan is None:
            return False
        if orphan.ended_at is None:
            orphan.status_there, orphan.valid_until = remote.status, remote.valid_until
            if not lives(remote, timezone.localdate(at)):
                orphan.ended_at, orphan.next_attempt_at = at, None
            orphan.save()
    return True


def revoke(orphan: OrphanDocument, *, by: User, at: datetime | None = None) -> bool:
    """Have the document revoked on the office's word; return False where that is asked already, or it is over."""
    at = at or timezone.now()
    with transaction.atomic():
        orphan = OrphanDocument.objects.select_for_update().get(pk=orphan.pk)
        if orphan.ended_at is not None or orphan.revocation_asked_at is not None:
            return False
        orphan.revocation_asked_at = orphan.next_attempt_at = at
        orphan.asked_by = by
        orphan.save()
        audit.record_orphan_revoked(orphan, by)
    return True


def revoke_due(gateway: Gateway, *, clock: Clock = timezone.now) -> int:
    """Revoke at mDokumenty what was asked for and is due; return how many documents are dead now."""
    ended = 0
    for _number in range(_AT_ONCE):
        now = clock()
        if breaker.current(Lane.SEND).state != breaker.State.CLOSED:
            break
        with transaction.atomic():
            due = OrphanDocument.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
            orphan = due.select_for_update(skip_locked=True).first()
            if orphan is None:
                break
            orphan.next_attempt_at = now + _LEASE  # should this worker die, it is taken up again
            orphan.save(update_fields=["next_attempt_at"])
        ended += _revoke(orphan, gateway, clock)
    return ended


def _revoke(orphan: OrphanDocument, gateway: Gateway, clock: Clock) -> bool:
    result, over = RoundResult(), False
    try:
        over = _end(orphan.mdokumenty_id, gateway) not in ALIVE_THERE
        result.answered.add(Operation.REVOKE)
    except (md.OrderFinal, md.OrderUnknown, md.AlreadyRevoked):
        over = True
        result.answered.add(Operation.REVOKE)
    except md.RetryLater as error:
        result.failed(error)
    except md.NotAccepted as error:
        result.not_accepted(Operation.REVOKE, error)
    except md.MdokumentyError as refused:
        result.answered.add(Operation.REVOKE)
        code = loggable(getattr(refused, "code", type(refused).__name__))
        logger.error("order=%s a document without an order cannot be revoked: %s", orphan.reference, code)
    result.report_to_breaker(Lane.SEND, clock())
    now = clock()
    with transaction.atomic():
        orphan = OrphanDocument.objects.select_for_update().get(pk=orphan.pk)
        if orphan.ended_at is not None:
            return False
        if over:
            orphan.ended_at, orphan.next_attempt_at = now, None
            orphan.status_there = md.RemoteStatus.REVOKED
        else:
            orphan.failures += 1
            orphan.next_attempt_at = schedule.retry(orphan.failures, now, result.retry_after)
        orphan.save()
    return over


def _end(order_id: str, gateway: Gateway) -> md.RemoteStatus:
    try:
        return gateway.revoke(order_id, md.RevocationReason.ISSUED_IN_ERROR).status
    except md.NotIssued:
        return gateway.cancel(order_id).status
