"""Long work in the background, batch by batch: it shows how far it is, can be stopped, and goes on where it was.

A kind of work is a function that does the next batch and says what came of it. The runner calls it inside a
transaction that also stores the cursor, so a batch counts exactly once, whatever dies on the way. Celery only wakes
the runner; the open jobs are found in the database.
"""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from auditlog.context import auditlog_value, set_actor
from celery import current_app
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from students.models import Job, JobNote, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # no batch takes nearly as long; a dead worker's job is free again after it
State = Job.State


class JobFailed(Exception):
    """The job cannot go on; the message, in Polish and without personal data, says why. Its batch changes nothing."""


@dataclass(frozen=True)
class Note:
    """What is to be said of one item: an album number, a card's number or a row, never a PESEL."""

    subject: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """What came of one batch. `cursor` is where the next one begins, after a `pause`; None when there is none."""

    done: int
    counts: Mapping[str, int]
    cursor: Any
    notes: Sequence[Note] = field(default_factory=tuple)
    pause: timedelta = timedelta()


@dataclass(frozen=True)
class Kind:
    """A kind of long work.

    `count` says how many items there are, before the first batch. `step` does the batch that begins at `job.cursor`
    (None at first). `outcomes` are the words for the keys of `Step.counts`.
    """

    name: str
    count: Callable[[Job], int]
    step: Callable[[Job], Step]
    outcomes: Mapping[str, str | Promise]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of work known to the runner."""
    _kinds[kind.name] = kind


def kind_of(job: Job) -> Kind:
    """Return the kind of a job; raises KeyError for one that no app has registered."""
    return _kinds[job.kind]


def start(
    kind: str,
    title: str,
    *,
    by: User | None,
    parameters: Mapping[str, Any] | None = None,
    file: File[Any] | None = None,
) -> Job:
    """Put a job in line and wake the runner after commit. Raises KeyError for an unknown kind."""
    job = Job.objects.create(
        kind=_kinds[kind].name,
        title=title,
        parameters=dict(parameters or {}),
        file=file,
        started_by=by,
        remote_addr=auditlog_value.get({}).get("remote_addr"),
    )
    _wake_after_commit()
    return job


def stop(job: Job) -> None:
    """Ask a job to stop after the batch that it is doing."""
    Job.objects.filter(pk=job.pk, state__in=[State.WAITING, State.RUNNING]).update(stop_asked=True)


def resume(job: Job) -> bool:
    """Let a job that was stopped or has failed go on where it was; say whether there was anything to resume."""
    resumed = Job.objects.filter(pk=job.pk, state__in=[State.STOPPED, State.FAILED]).update(
        state=State.WAITING, stop_asked=False, failure="", finished_at=None, leased_until=None
    )
    _wake_after_commit()
    return bool(resumed)


def _wake_after_commit() -> None:
    transaction.on_commit(partial(current_app.send_task, "students.run_jobs", retry=False), robust=True)


def run_due(
    *, budget: timedelta = timedelta(seconds=30), clock: Callable[[], datetime] = timezone.now
) -> int:
    """Work on open jobs until there are none or the time is up; return how many batches were done.

    The one that has waited longest comes first, a batch at a time, so that two jobs go on side by side.
    """
    batches, end = 0, clock() + budget
    while clock() < end and (job := _claim(clock())) is not None:
        with set_actor(job.started_by, remote_addr=job.remote_addr):
            _run_batch(job, clock)
        batches += 1
    return batches


def _claim(now: datetime) -> Job | None:
    """Take the open job that has waited longest, for as long as the lease lasts."""
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        job = (
            Job.objects.filter(free, state__in=[State.WAITING, State.RUNNING])
            .order_by("leased_until", "created_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if job is not None:
            job.leased_until = now + LEASE
            job.save(update_fields=["leased_until"])
    return job


def _run_batch(claim: Job, clock: Callable[[], datetime]) -> None:
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=claim.pk)
            if job.leased_until != claim.leased_until or not job.is_open:
                return  # another worker has it by now
            if job.stop_asked:
                _end(job, State.STOPPED, clock())
            else:
                _advance(job, clock())
    except JobFailed as error:
        _fail(claim, str(error), clock())
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is this job's alone
        # An exception's text may hold personal data; its place in the code does not.
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("job %s: unexpected %s\n%s", claim.pk, type(error).__name__, place)
        _fail(claim, _("Błąd wewnętrzny portalu. Zadanie można wznowić, gdy zostanie usunięty."), clock())


def _advance(job: Job, now: datetime) -> None:
    kind = kind_of(job)
    job.state = State.RUNNING
    if job.total is None:
        job.total = kind.count(job)
    step = kind.step(job)
    JobNote.objects.bulk_create(
        [JobNote(job=job, subject=n.subject, outcome=n.outcome, detail=n.detail[:500]) for n in step.notes],
        batch_size=1_000,
    )
    job.done += step.done
    # What was added meanwhile is done as well.
    job.total = max(job.total, job.done)
    job.counts = {
        outcome: job.counts.get(outcome, 0) + step.counts.get(outcome, 0)
        for outcome in [*job.counts, *(key for key in step.counts if key not in job.counts)]
    }
    job.cursor = step.cursor
    job.leased_until = now + step.pause if step.pause else None
    if step.cursor is None:
        _end(job, State.DONE, now)
    else:
        job.save()


def _end(job: Job, state: Job.State, now: datetime) -> None:
    job.state, job.finished_at, job.leased_until, job.stop_asked = state, now, None, False
    job.save()


def _fail(claim: Job, failure: str, now: datetime) -> None:
    Job.objects.filter(pk=claim.pk, leased_until=claim.leased_until).update(
        state=State.FAILED, failure=failure[:300], finished_at=now, leased_until=None
    )
