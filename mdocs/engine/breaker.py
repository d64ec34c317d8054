"""Circuit breaker: after a run of failures nothing is sent to mDokumenty but one probe at a time, by any worker.

Its state is one row in the database, so all workers and the student's page see the same. Every change is one UPDATE,
conditional or under the row's lock: a worker that dies leaves no half of it, and none decides on a stale reading.
"""

import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import Q

from mdocs.models import Breaker
from mdocs.schedule import LONGEST_RETRY, jittered

logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(seconds=30)
_NOT_ACCEPTED_PAUSE = timedelta(minutes=1)
_SEEN_EVERY = timedelta(seconds=5)
WORKERS_SEEN = timedelta(seconds=60)  # without a sign of life for longer, no worker is at work

State = Breaker.State


class Permit(Enum):
    """Calls that a worker may make at this moment."""

    ALL = "all"
    PROBE = "probe"
    NOTHING = "nothing"


def current() -> Breaker:
    """Return the state as it is now."""
    return Breaker.objects.get()


def workers_are_seen(breaker: Breaker, now: datetime) -> bool:
    """Say whether any worker has shown a sign of life lately."""
    return breaker.engine_seen_at is not None and breaker.engine_seen_at > now - WORKERS_SEEN


def record_engine_seen(now: datetime) -> None:
    """Note that a worker is alive; at most one write in five seconds, whatever the number of workers."""
    Breaker.objects.filter(Q(engine_seen_at__isnull=True) | Q(engine_seen_at__lt=now - _SEEN_EVERY)).update(
        engine_seen_at=now
    )


def request_permit(now: datetime, probe_takes: timedelta) -> Permit:
    """Say what may be sent now. A probe is handed to one worker; should it die, to another after `probe_takes`."""
    breaker = current()
    if breaker.state == State.CLOSED:
        return Permit.ALL
    mine = (
        Breaker.objects.exclude(state=State.CLOSED)
        .filter(next_probe_at__lte=now)
        .update(next_probe_at=now + probe_takes)
    )
    return Permit.PROBE if mine else Permit.NOTHING


def return_probe(now: datetime) -> None:
    """Let another worker have the probe, as this one had nothing that could find out how mDokumenty is."""
    Breaker.objects.exclude(state=State.CLOSED).update(next_probe_at=now)


def record_answer(now: datetime) -> None:
    """Note that mDokumenty gave a real answer, be it a refusal: it is well, the breaker closes."""
    closed = Breaker.objects.exclude(state=State.CLOSED).update(
        state=State.CLOSED, changed_at=now, failures=0, next_probe_at=None
    )
    if closed:
        logger.warning("mDokumenty answers again; the breaker is closed")
    else:
        Breaker.objects.filter(failures__gt=0).update(failures=0)


@transaction.atomic
def record_failure(now: datetime, times: int, retry_after: timedelta | None = None) -> None:
    """Note calls that found mDokumenty unwell; a run of them opens the breaker, each failed probe prolongs it.

    While open, concurrent failures count as one. `retry_after` is honoured up to a quarter of an hour.
    """
    breaker = Breaker.objects.select_for_update().get()
    breaker.failures += times if breaker.state != State.OPEN else 1
    if breaker.state == State.CLOSED and breaker.failures >= FAILURES_TO_OPEN:
        breaker.state, breaker.changed_at, breaker.failures = State.OPEN, now, FAILURES_TO_OPEN
        logger.error("mDokumenty does not answer; the breaker is open, orders are kept")
    if breaker.state == State.OPEN:
        probes_failed = min(breaker.failures - FAILURES_TO_OPEN, 10)
        pause = max(
            jittered(min(_FIRST_PAUSE * 2 ** max(probes_failed, 0), _LONGEST_PAUSE)),
            min(retry_after or timedelta(), LONGEST_RETRY),
        )
        breaker.next_probe_at = now + pause
    breaker.save(update_fields=["state", "changed_at", "failures", "next_probe_at"])


@transaction.atomic
def record_not_accepted(now: datetime) -> None:
    """Note that our certificate or agreement is refused (401, 403): pause all sending and alert staff."""
    breaker = Breaker.objects.select_for_update().get()
    if breaker.state != State.NOT_ACCEPTED:
        breaker.state, breaker.changed_at = State.NOT_ACCEPTED, now
        logger.critical(
            "mDokumenty refuses our certificate or agreement; all sending is paused, nothing is lost"
        )
    breaker.next_probe_at = now + jittered(_NOT_ACCEPTED_PAUSE)
    breaker.save(update_fields=["state", "changed_at", "next_probe_at"])
