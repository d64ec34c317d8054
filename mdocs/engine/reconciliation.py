"""Reconciliation: our database and mDokumenty made to agree, after a restored backup and once a week.

Asked about is every live order and every one that ended in the last 90 days: a hundred a call by their numbers there,
one a call by reference where no number is known. What is certain is mended as if the engine had heard it; the rest is
left to staff. Nothing is asked while a breaker is not closed; a run that was cut short goes on where it was.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import failures, orphans, references, responses, restores
from mdocs.engine.comparison import ENDED_BY_US, Difference, DifferenceKind, compare
from mdocs.engine.gateway import Clock, Gateway, RoundResult
from mdocs.engine.polling import QUESTIONS_IN_A_CALL
from mdocs.engine.references import Reference
from mdocs.models import Breaker, Order, OrphanDocument, Reconciliation
from mdocs.querysets import ENCRYPTED, Lane, OrderQuerySet
from mdocs.statuses import LIVE, Attention, Operation

logger = logging.getLogger(__name__)

ENDED_LATELY = timedelta(days=90)
EVERY = timedelta(days=7)
LEASE = timedelta(minutes=5)
DIFFERENCES_KEPT = 1000  # of one run, for the admin
KEPT = timedelta(days=365)
_BUDGET = timedelta(seconds=45)  # of a tick, which comes every minute
Progress = Callable[[int], object]
T = TypeVar("T")


class Paused(Exception):
    """mDokumenty is not well: nothing is asked. What was done stays, the next run goes on where this one was."""


def to_compare(now: datetime) -> OrderQuerySet:
    """Return the orders that a run compares."""
    lately = Q(status_changed_at__gt=now - ENDED_LATELY)
    return Order.objects.filter(Q(status__in=LIVE) | lately).order_by("pk").defer(*ENCRYPTED)


def begin(cause: Reconciliation.Cause, *, afresh: bool = False) -> Reconciliation:
    """Return the open run, or begin one; `afresh` ends an open one first, as after a restore."""
    if afresh:
        Reconciliation.objects.filter(finished_at=None).update(finished_at=timezone.now(), leased_until=None)
    open_run = Reconciliation.objects.filter(finished_at=None).first()
    if open_run is not None:
        return open_run
    try:
        with transaction.atomic():
            return Reconciliation.objects.create(cause=cause)
    except IntegrityError:  # another process was quicker
        return Reconciliation.objects.get(finished_at=None)


def is_due(now: datetime) -> bool:
    """Say whether a run is open, or the last one began a week ago."""
    last = Reconciliation.objects.first()
    return last is None or last.finished_at is None or last.started_at < now - EVERY


def tick(gateway: Gateway, now: datetime) -> None:
    """Begin a run where the database was restored or a week has passed, and go on with the open one for a while."""
    if restores.notice_restore():
        begin(Reconciliation.Cause.RESTORED, afresh=True)
    elif not is_due(now):
        return
    open_run = begin(Reconciliation.Cause.WEEKLY)
    try:
        lost = references.read(references.own_files())
    except OSError as error:
        logger.error("The references file cannot be read: %s", error.strerror)
        lost = []
    try:
        run(open_run, gateway, lost=lost, until=now + _BUDGET)
    except Paused:
        logger.info("The comparison with mDokumenty waits until it is well")
    Reconciliation.objects.filter(started_at__lt=now - KEPT).delete()


def run(
    reconciliation: Reconciliation,
    gateway: Gateway,
    *,
    lost: Sequence[Reference] = (),
    until: datetime | None = None,
    progress: Progress = lambda done: None,
    clock: Clock = timezone.now,
) -> bool:
    """Go on with a run, a batch after the other; say whether it is finished.

    `lost` are references of orders which the database may not know. Another process that is at work on the run is left
    alone. Raises Paused.
    """
    now = clock()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    claimed = Reconciliation.objects.filter(free, pk=reconciliation.pk, finished_at=None)
    if not claimed.update(leased_until=now + LEASE):
        return False
    reconciliation.refresh_from_db()
    try:
        comparison = Comparison(gateway, clock)
        for batch, found in comparison.of_orders(reconciliation.cursor):
            _store(reconciliation, found, asked=len(batch), cursor=batch[-1].pk, lease=clock() + LEASE)
            progress(len(batch))
            if until is not None and clock() >= until:
                return False
        for size, found in comparison.of_references(lost):
            _store(reconciliation, found, asked=0, lease=clock() + LEASE)
            progress(size)
        Reconciliation.objects.filter(pk=reconciliation.pk).update(finished_at=clock(), leased_until=None)
    finally:
        Reconciliation.objects.filter(pk=reconciliation.pk).update(leased_until=None)
        reconciliation.refresh_from_db()
    return True


def _store(
    reconciliation: Reconciliation,
    found: Sequence[Difference],
    *,
    asked: int,
    lease: datetime,
    cursor: UUID | None = None,
) -> None:
    kept = [*reconciliation.differences, *(each.as_json() for each in found)][:DIFFERENCES_KEPT]
    reconciliation.differences = kept
    Reconciliation.objects.filter(pk=reconciliation.pk).update(
        cursor=cursor or F("cursor"),
        asked=F("asked") + asked,
        mended=F("mended") + sum(each.mended for each in found),
        left=F("left") + sum(not each.mended for each in found),
        differences=kept,
        leased_until=lease,
    )


@dataclass
class Comparison:
    """Questions to mDokumenty, batch by batch, and what follows from each; `dry` only says what differs."""

    gateway: Gateway
    clock: Clock = timezone.now
    dry: bool = False

    def of_orders(self, after: UUID | None = None) -> Iterator[tuple[Sequence[Order], Sequence[Difference]]]:
        """Yield the orders after one, a batch at a time, with the differences of each batch. Raises Paused."""
        while True:
            rows = to_compare(self.clock())
            batch = list((rows.filter(pk__gt=after) if after else rows)[:QUESTIONS_IN_A_CALL])
            if not batch:
                return
            after = batch[-1].pk
            remotes = self._ask([order.mdokumenty_id for order in batch if order.mdokumenty_id])
            found: dict[UUID, md.RemoteOrder | None] = {}
            for order in batch:
                number = order.mdokumenty_id
                if number is None or (number in remotes and remotes[number] is None):
                    found[order.pk] = self._find(order.pk)
                elif number in remotes:  # else nothing was said about it
                    found[order.pk] = remotes[number]
            yield batch, self._settle(batch, found)

    def of_references(
        self, references_read: Sequence[Reference]
    ) -> Iterator[tuple[int, Sequence[Difference]]]:
        """Yield how many references were looked at, and what lives there of orders that nobody here knows. Raises
        Paused."""
        open_ones = OrphanDocument.objects.filter(ended_at=None)
        again = [Reference(each.reference, each.mdokumenty_id, each.student_id) for each in open_ones]
        every = {each.order: each for each in (*references_read, *again)}
        pending = list(every.values())
        for start in range(0, len(pending), QUESTIONS_IN_A_CALL):
            batch = pending[start : start + QUESTIONS_IN_A_CALL]
            ours = Order.objects.in_bulk([each.order for each in batch])
            of_orphans = {each.order for each in again}
            strange = [each for each in batch if each.order not in ours or each.order in of_orphans]
            remotes = self._ask([each.number for each in strange if each.number])
            differences = []
            for each in strange:
                remote = remotes.get(each.number) if each.number else None
                if remote is None or remote.client_reference != each.order:
                    remote = self._find(each.order)
                difference = self._orphan(remote, each.student) if remote else None
                if difference and each.order not in of_orphans:
                    differences.append(difference)
            yield len(batch), differences

    def _settle(self, batch: Sequence[Order], found: dict[UUID, md.RemoteOrder | None]) -> list[Difference]:
        now = self.clock()
        today = timezone.localdate(now)
        # What the engine has learnt since they were read counts.
        fresh = Order.objects.defer(*ENCRYPTED).in_bulk([order.pk for order in batch])
        differences = []
        for pk, remote in found.items():
            order = fresh.get(pk)
            kind = compare(order, remote, now, today) if order else None
            if order and kind:
                difference = Difference(
                    kind,
                    str(pk),
                    (remote.order_id if remote else order.mdokumenty_id) or "",
                    order.status,
                    remote.status if remote else "",
                )
                differences.append(self._mend(difference, order, remote, now))
        return differences

    def _mend(
        self, difference: Difference, order: Order, remote: md.RemoteOrder | None, now: datetime
    ) -> Difference:
        """Do what is certain about a difference; return it with whether that has mended it."""
        match difference.kind:
            case DifferenceKind.ARRIVED | DifferenceKind.STATE if remote:
                if self.dry:
                    return replace(difference, mended=True)
                with failures.isolate_failure(order, self.clock):
                    responses.record_answer(order, remote, now)
                order.refresh_from_db(fields=["status", "mdokumenty_id", "valid_until", "remote_updated_at"])
                left = compare(order, remote, now, timezone.localdate(now))
                return replace(difference, mended=left is None)
            case DifferenceKind.ALIVE_THERE if remote:
                certain = order.status in ENDED_BY_US
                if not self.dry:
                    orphans.record(remote, order=order, student=order.student_id, at=now, revoke=certain)
                return replace(difference, mended=certain)
            case DifferenceKind.OTHER_NUMBER if not self.dry:
                detail = difference.number[:50]
                failures.record_attention(order, Attention.KEY_CONFLICT, now, detail=detail, again=True)
            case DifferenceKind.UNKNOWN_THERE if not self.dry:
                # Once means nothing: the engine asks again at once, and calls staff by its own rule.
                Order.objects.live().filter(pk=order.pk, next_attempt_at__gt=now).update(next_attempt_at=now)
        return difference

    def _orphan(self, remote: md.RemoteOrder, student: int | None) -> Difference | None:
        now = self.clock()
        if not self.dry and orphans.note_seen(remote, at=now):
            return None
        if not orphans.lives(remote, timezone.localdate(now)):
            return None
        if not self.dry:
            orphans.record(remote, order=None, student=student, at=now, revoke=False)
        return Difference(
            DifferenceKind.NO_ORDER, str(remote.client_reference), remote.order_id, "", remote.status
        )

    # Calls

    def _ask(self, order_ids: Sequence[str]) -> dict[str, md.RemoteOrder | None]:
        """Return what mDokumenty says of each number; None of one that it does not know. Some may be left out."""
        if not order_ids:
            return {}
        answer = self._call(lambda: self.gateway.query(order_ids))
        said: dict[str, md.RemoteOrder | None] = dict.fromkeys(answer.missing)
        return said | {remote.order_id: remote for remote in answer.orders}

    def _find(self, reference: UUID) -> md.RemoteOrder | None:
        return self._call(lambda: self.gateway.find(reference))

    def _call(self, call: Callable[[], T]) -> T:
        if any(each.state != Breaker.State.CLOSED for each in Breaker.objects.all()):
            raise Paused
        result = RoundResult()
        try:
            answer = call()
        except md.MdokumentyError as error:
            # A proxy's refusal is one to try again later, too: it comes first.
            if isinstance(error, md.NotAccepted | md.ForeignRefusal):
                result.not_accepted(Operation.QUERY, error)
            elif isinstance(error, md.RetryLater):
                result.failed(error)
            result.report_to_breaker(Lane.POLL, self.clock())
            raise Paused from None
        return answer
