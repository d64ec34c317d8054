"""Circuit breaker: after a run of failures nothing is sent to mDokumenty but one probe at a time, by any worker.

Each lane has one: what is wrong with orders does not stop the questions, nor the other way round, and an answer to a
question does not prove that orders are accepted again. The state is a row in the database, so all workers and the
student's page see the same. Every change is one UPDATE, conditional or under the row's lock: a worker that dies leaves
no half of it, and none decides on a stale reading.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from mdocs.models import Breaker, Order
from mdocs.querysets import Lane
from mdocs.schedule import LONGEST_RETRY, jittered
from mdocs.statuses import Operation

logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(seconds=30)
_NOT_ACCEPTED_PAUSE = timedelta(minutes=1)
_SEEN_EVERY = timedelta(seconds=5)
_CLOCK_READ_EVERY = timedelta(minutes=1)

State = Breaker.State
Cause = Breaker.Cause
_BADNESS = [State.CLOSED, State.OPEN, State.NOT_ACCEPTED]
_AS_CLOSED = {
    "state": State.CLOSED,
    "failures": 0,
    "next_probe_at": None,
    "refused_operation": "",
    "cause": "",
    "cause_detail": "",
    "run": [],  # its kind stays, for mdocs.engine.refusals
}


class Permit(Enum):
    """Calls that a worker may make at this moment."""

    ALL = "all"
    PROBE = "probe"
    NOTHING = "nothing"


def current(lane: Lane) -> Breaker:
    """Return the state of a lane as it is now."""
    return Breaker.objects.get(lane=lane)


def locked(lane: Lane) -> Breaker:
    """Return the row of a lane, locked until the end of the transaction."""
    return Breaker.objects.select_for_update().get(lane=lane)


def worst() -> Breaker:
    """Return the state of the lane that is worse off: what to say of mDokumenty as a whole."""
    return max(Breaker.objects.all(), key=lambda breaker: _BADNESS.index(State(breaker.state)))


def record_engine_seen(lane: Lane, now: datetime) -> None:
    """Note that a worker is alive; at most one write in five seconds, whatever the number of workers."""
    not_lately = Q(engine_seen_at__isnull=True) | Q(engine_seen_at__lt=now - _SEEN_EVERY)
    Breaker.objects.filter(not_lately, lane=lane).update(engine_seen_at=now)


def record_clock(lane: Lane, difference: timedelta | None, now: datetime) -> None:
    """Note how far mDokumenty's clock is ahead of ours; at most one write a minute."""
    if difference is not None:
        not_lately = Q(clock_read_at__isnull=True) | Q(clock_read_at__lt=now - _CLOCK_READ_EVERY)
        Breaker.objects.filter(not_lately, lane=lane).update(clock_difference=difference, clock_read_at=now)


def clock_difference(now: datetime, *, within: timedelta = timedelta(hours=1)) -> timedelta | None:
    """Return how far mDokumenty's clock was ahead of ours (negative: behind) when it last answered, to the second.

    None if that was longer ago than `within`. Only to be told: no order's data is ever decided by it.
    """
    read = Breaker.objects.filter(clock_read_at__gt=now - within).order_by("-clock_read_at")
    return read.values_list("clock_difference", flat=True).first()


def request_permit(lane: Lane, now: datetime, probe_takes: timedelta) -> Permit:
    """Say what may be sent now. A probe is handed to one worker; should it die, to another after `probe_takes`."""
    if current(lane).state == State.CLOSED:
        return Permit.ALL
    mine = _paused(lane).filter(next_probe_at__lte=now).update(next_probe_at=now + probe_takes)
    return Permit.PROBE if mine else Permit.NOTHING


def return_probe(lane: Lane, now: datetime) -> None:
    """Let another worker have the probe, as this one had nothing that could find out how mDokumenty is."""
    _paused(lane).update(next_probe_at=now)


def record_answer(lane: Lane, now: datetime, operations: Collection[str] = ()) -> bool:
    """Note that mDokumenty gave a real answer to these operations, be it a refusal; say whether that closes the
    breaker.

    It does, unless another operation was refused that an order still waits for: a server that accepts revocations may
    go on refusing orders. A run of refusals is over for these operations. Of a lane without trouble, which is nearly
    always, there is nothing to write.
    """
    has_past = Q(failures__gt=0) | ~Q(run=[]) | ~Q(state=State.CLOSED)
    if not Breaker.objects.filter(has_past, lane=lane).exists():
        return False
    return _record_after_trouble(lane, now, operations)


@transaction.atomic
def _record_after_trouble(lane: Lane, now: datetime, operations: Collection[str]) -> bool:
    waits_for_refused = Order.objects.live().asking_for(OuterRef("refused_operation"))
    is_proved = ~Q(state=State.NOT_ACCEPTED) | Q(refused_operation__in=["", *operations])
    closed = _paused(lane).filter(is_proved | ~Exists(waits_for_refused)).update(**_AS_CLOSED, changed_at=now)
    if closed:
        logger.warning("mDokumenty answers again; the breaker of the lane %s is closed", lane)
        return True
    for breaker in Breaker.objects.select_for_update().filter(lane=lane):
        left = [refusal for refusal in breaker.run if refusal[1] not in operations]
        if breaker.run and not left:
            breaker.run_kind = ""  # no pause came of it, which it would stand for
        breaker.failures, breaker.run = 0, left
        breaker.save(update_fields=["failures", "run", "run_kind"])
    return False


@transaction.atomic
def record_failure(
    lane: Lane,
    now: datetime,
    times: int,
    retry_after: timedelta | None = None,
    *,
    cause: str = Cause.UNKNOWN,
    detail: str = "",
) -> None:
    """Note calls that found mDokumenty unwell; a run of them opens the breaker, each failed probe prolongs it.

    While open, concurrent failures count as one. `retry_after` is honoured up to a quarter of an hour.
    """
    breaker = locked(lane)
    breaker.failures += times if breaker.state != State.OPEN else 1
    if breaker.state == State.CLOSED and breaker.failures >= FAILURES_TO_OPEN:
        breaker.state, breaker.changed_at, breaker.failures = State.OPEN, now, FAILURES_TO_OPEN
        logger.error(
            "mDokumenty does not answer (%s); the breaker of the lane %s is open, orders are kept",
            _words(cause, detail),
            lane,
        )
    if breaker.state == State.OPEN:
        breaker.cause, breaker.cause_detail = cause, _fitting(detail)
        probes_failed = min(breaker.failures - FAILURES_TO_OPEN, 10)
        pause = max(
            jittered(min(_FIRST_PAUSE * 2**probes_failed, _LONGEST_PAUSE)),
            min(retry_after or timedelta(), LONGEST_RETRY),
        )
        breaker.next_probe_at = now + pause
    breaker.save()


@transaction.atomic
def record_not_accepted(
    lane: Lane,
    now: datetime,
    operation: Operation | str = "",
    *,
    cause: str = Cause.UNAUTHORISED,
    detail: str = "",
    run_kind: str = "",
) -> None:
    """Note that our calls are not accepted, or theirs is no server to trust: pause the lane, and alert administrators
    once.

    `operation` is what was refused; without one, any answer proves that we are accepted again. `run_kind` is what a run
    of refusals has in common (`mdocs.engine.refusals`).
    """
    breakers = {breaker.lane: breaker for breaker in Breaker.objects.select_for_update().order_by("lane")}
    breaker = breakers[lane]
    if breaker.state != State.NOT_ACCEPTED:
        is_first = all(other.state != State.NOT_ACCEPTED for other in breakers.values())
        breaker.state, breaker.changed_at, breaker.refused_operation = State.NOT_ACCEPTED, now, operation
        logger.log(
            logging.CRITICAL if is_first else logging.ERROR,
            "mDokumenty does not accept us (%s: %s); the lane %s is paused, nothing is lost",
            operation or "health",
            _words(cause, detail),
            lane,
        )
    breaker.cause, breaker.cause_detail = cause, _fitting(detail)
    breaker.run_kind, breaker.run = run_kind, []
    breaker.next_probe_at = now + jittered(_NOT_ACCEPTED_PAUSE)
    breaker.save()


def _words(cause: str, detail: str) -> str:
    return f"{cause}, {detail}" if detail else str(cause)


def _fitting(detail: str) -> str:
    return detail[: Breaker._meta.get_field("cause_detail").max_length]


def _paused(lane: Lane) -> QuerySet[Breaker]:
    return Breaker.objects.filter(lane=lane).exclude(state=State.CLOSED)
