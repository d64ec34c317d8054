"""Brake of the daily sweep: a clock or a file gone wrong must not end documents that nobody has looked at.

The rule: docs/lifecycle.md, The brake of the sweep. What a sweep would end beyond `students.ending_limit` waits until
somebody accepts its number. What is over by its own date, which has long been known, does not count, as long as the
clock is believed.
"""

import logging
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from mdocs.audit import SWEEP_ACCEPTED
from mdocs.entitlement import rules
from mdocs.models import Order, SweepBrake
from mdocs.statuses import ENDABLE, RevocationReason
from students import audit_log
from students.after_commit import run_after_commit
from students.ending_limit import exceeds_ending_limit
from students.models import User

logger = logging.getLogger(__name__)

TASK = "mdocs.sweep_entitlement"
# The sweep runs every night. After more days without one nobody has seen what passed, and it may be that only the
# clock did.
UNSEEN = timedelta(days=3)
SAMPLED = 5  # orders of each reason


class Verdict(NamedTuple):
    """Orders that a sweep may end now, the numbers at which it has stopped, and whether it may change anything."""

    to_end: list[UUID]
    stopped: Counter[RevocationReason]
    is_clock_believed: bool


class _Due(NamedTuple):
    """An order that ends, for a reason; or that only its date has overtaken, for none."""

    order: UUID
    reason: RevocationReason | None
    is_foreseen: bool

    @property
    def counted_as(self) -> RevocationReason:
        return self.reason or RevocationReason.DATE_PASSED


def is_clock_believed(at: datetime, brake: SweepBrake | None = None) -> bool:
    """Return whether a sweep has been through in the days before `at`: else the clock may have leapt."""
    seen_at = (brake or SweepBrake.current()).clock_seen_at
    return seen_at is None or at - seen_at <= UNSEEN


def foreseen(day: date) -> Q:
    """Return the condition, over students `with_loss_reason`, for endings that everybody has long known of.

    The order's own last day is over and it was not to be extended, or a new order replaces it.
    """
    not_longer = Q(document__extend_to__isnull=True) | Q(document__extend_to__lt=day)
    return Q(document__valid_until__lt=day) & not_longer | Q(reason=RevocationReason.REPLACED)


def _with_foresight(students: QuerySet[Any], day: date) -> QuerySet[Any]:
    is_foreseen = Case(When(foreseen(day), then=Value(True)), default=Value(False))
    found: QuerySet[Any] = students.annotate(is_foreseen=is_foreseen).order_by()
    return found


def unforeseen(day: date) -> QuerySet[Any]:
    """Return, for the dry run, the students whose order ends on `day` and counts against the limit."""
    return _with_foresight(rules.ineligible_students(day), day).filter(is_foreseen=False)


def judge(at: datetime, *, accepted: int = 0) -> Verdict:
    """Return what the sweep of this moment may end; where it has to stop, store the numbers by reason.

    `accepted` is the number of endings that somebody has accepted beforehand. The first stop, and one for more than was
    accepted, is logged as critical, which mails it to ADMINS.
    """
    day = timezone.localdate(at)
    with transaction.atomic():
        brake = SweepBrake.locked()
        believed = is_clock_believed(at, brake)
        due = _due(day, believed=believed)
        counting = [it for it in due if not (believed and it.is_foreseen)]
        counts = Counter(it.counted_as for it in counting)
        if counts.total() <= accepted or not _is_too_many(counts, brake):
            brake.clock_seen_at = at
            brake.save()
            return Verdict([it.order for it in due if it.reason], Counter(), is_clock_believed=True)
        is_news = brake.stopped_at is None or bool(brake.accepted)
        brake.reset(
            stopped_at=brake.stopped_at or at,
            clock_seen_at=at if believed else brake.clock_seen_at,
            counts=counts,
            sample=_sample(counting),
            stopped_by_clock=not believed,
        )
    _log_stop(brake, at, is_news=is_news)
    harmless = [it.order for it in due if it.reason and it.is_foreseen] if believed else []
    return Verdict(harmless, counts, believed)


def _due(day: date, *, believed: bool) -> list[_Due]:
    """Return the orders that end on `day`; of a clock in doubt, also those that only their date has overtaken."""
    concerned = Q(reason__isnull=False)
    if not believed:
        concerned |= Q(document__valid_until__lt=day)
    found = _with_foresight(rules.with_loss_reason(day).filter(concerned), day)
    return [
        _Due(order, RevocationReason(reason) if reason else None, known)
        for order, reason, known in found.values_list("document__pk", "reason", "is_foreseen")
    ]


def _is_too_many(counts: Counter[RevocationReason], brake: SweepBrake) -> bool:
    """Return whether the limit is passed, by all or by what has been added since somebody accepted the others."""
    documents = Order.objects.filter(status__in=ENDABLE).count()
    added = counts - Counter(brake.accepted)
    return exceeds_ending_limit(counts.total(), documents) and exceeds_ending_limit(added.total(), documents)


def _sample(counting: list[_Due]) -> dict[str, str]:
    taken: Counter[str] = Counter()
    sample: dict[str, str] = {}
    for it in counting:
        if taken[it.counted_as] < SAMPLED:
            taken[it.counted_as] += 1
            sample[str(it.order)] = it.counted_as
    return sample


def _log_stop(brake: SweepBrake, at: datetime, *, is_news: bool) -> None:
    reasons = ", ".join(f"{reason}: {count}" for reason, count in Counter(brake.counts).most_common())
    days = brake.days_unseen(at)
    clock = "" if days is None else f" The last sweep was {days} days ago: is the clock right?"
    logger.log(
        logging.CRITICAL if is_news else logging.WARNING,
        "The daily sweep would end %d documents (%s). It has stopped before them, see Needs attention.%s",
        brake.total,
        reasons,
        clock,
    )


def release() -> None:
    """Note that a sweep has ended all that it might; what was accepted is used up."""
    with transaction.atomic():
        brake = SweepBrake.locked()
        if brake.stopped_at is not None:
            brake.reset()


def accept(number: int, *, by: User) -> bool:
    """Accept that `number` documents end, and have the sweep run; return False where that is not their number now."""
    with transaction.atomic():
        brake = SweepBrake.locked()
        if brake.stopped_at is None or brake.accepted or brake.total != number:
            return False
        brake.accepted, brake.accepted_by, brake.accepted_at = brake.counts, by, timezone.now()
        brake.save()
        audit_log.record_actions(
            [audit_log.AuditedAction(brake, str(brake), SWEEP_ACCEPTED, by, {}, str(number))]
        )
        run_after_commit(current_app.send_task, TASK)
    return True


def health() -> str:
    """Return "ok", or at how many documents the sweep has stopped."""
    brake = SweepBrake.current()
    return "ok" if brake.stopped_at is None else f"stopped before {brake.total} endings"
