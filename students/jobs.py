"""Background jobs in batches: with progress, stopping, and resuming where they were.

A job type is a function that runs the next batch and returns its result. The runner calls it in a transaction that
also stores the cursor, and that commits only while the runner still holds the job's lease: so a batch counts exactly
once, whatever crashes. Celery only wakes the runner; the open jobs are found in the database.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auditlog.context import auditlog_value, set_actor
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import File
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_guid.context import guid
from django_stubs_ext import StrOrPromise

from students import disk_full
from students.after_commit import run_after_commit
from students.failures import place_of
from students.job_pages import JobAction, Sample
from students.models import Job, JobNote, User
from students.models.jobs import LONGEST_TITLE

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # no batch takes nearly as long; a dead worker's job is free again after it
TRIES = 3  # of one batch, where the database broke it off (a deadlock)
State = Job.State


class JobFailed(Exception):
    """The job cannot go on; its batch changes nothing.

    The message, in Polish and without personal data, says why.
    """


@dataclass(frozen=True)
class ItemNote:
    """A note about one item; `subject` is an album number, a card's number or a row, never a PESEL.

    `row` is the item's row in a file, `album_number` and `holder` its student's, where they are known.
    """

    subject: str
    outcome: str
    detail: str = ""
    row: int | None = None
    album_number: str = ""
    holder: str = ""


@dataclass(frozen=True)
class BatchResult:
    """Result of one batch. `cursor` is the start of the next one, after a `pause`; None after the last."""

    done: int
    counts: Mapping[str, int]
    cursor: Any
    notes: Sequence[ItemNote] = field(default_factory=tuple)
    pause: timedelta = timedelta()


def _nothing(*_asked: object) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class JobType:
    """A type of background job.

    `count` returns the number of items, before the first batch. `step` runs the batch that begins at `job.cursor`
    (None at first). `outcomes` are the labels of the keys of `BatchResult.counts`. `actions` returns the buttons that
    a user may press on the job's page; `summary`, the sentences that stand above its results; `samples`, examples of
    what it writes.
    """

    name: str
    count: Callable[[Job], int]
    step: Callable[[Job], BatchResult]
    outcomes: Mapping[str, StrOrPromise]
    actions: Callable[[Job, User | AnonymousUser], Sequence[JobAction]] = _nothing
    summary: Callable[[Job], Sequence[str]] = _nothing
    samples: Callable[[Job], Sequence[Sample]] = _nothing


_types: dict[str, JobType] = {}


def register(job_type: JobType) -> None:
    """Register a job type with the runner."""
    _types[job_type.name] = job_type


def outcomes_of(job: Job) -> Mapping[str, StrOrPromise]:
    """Return the labels of a job's outcomes: none for an unknown job type."""
    return _types[job.kind].outcomes if job.kind in _types else {}


def summary_of(job: Job) -> Sequence[str]:
    """Return the sentences above a job's results: none for an unknown job type."""
    return _types[job.kind].summary(job) if job.kind in _types else ()


def samples_of(job: Job) -> Sequence[Sample]:
    """Return examples of what a job writes: none for an unknown job type."""
    return _types[job.kind].samples(job) if job.kind in _types else ()


def actions_of(job: Job, user: User | AnonymousUser) -> Sequence[JobAction]:
    """Return the buttons that `user` may press on a job's page: none for an unknown job type."""
    return _types[job.kind].actions(job, user) if job.kind in _types else ()


def start(
    kind: str,
    title: str,
    *,
    by: User | None,
    parameters: Mapping[str, Any] | None = None,
    file: File[Any] | None = None,
) -> Job:
    """Store a job and wake the runner after commit. A long title is cut short.

    Raises KeyError for an unknown job type.
    """
    job = Job(
        kind=_types[kind].name,
        title=Truncator(title).chars(LONGEST_TITLE),
        parameters=dict(parameters or {}),
        started_by=by,
        remote_addr=auditlog_value.get({}).get("remote_addr"),
    )
    if file is not None:
        job.file.save("", file, save=False)
    try:
        with transaction.atomic():
            job.save()
    except BaseException:
        if job.file:
            job.file.storage.delete(job.file.name)
        raise
    _wake_after_commit()
    return job


def stop(job: Job) -> None:
    """Stop a waiting job at once, and a running one after its present batch."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=State.WAITING)
        if not waiting.update(state=State.STOPPED, finished_at=timezone.now()):
            Job.objects.filter(pk=job.pk, state=State.RUNNING).update(stop_asked=True)


def resume(job: Job) -> bool:
    """Resume a stopped or failed job where it was; return whether there was anything to resume."""
    resumed = (
        Job.objects.resumable(timezone.now())
        .filter(pk=job.pk)
        .update(state=State.WAITING, stop_asked=False, failure="", finished_at=None, leased_until=None)
    )
    _wake_after_commit()
    return bool(resumed)


def _wake_after_commit() -> None:
    run_after_commit(current_app.send_task, "students.run_jobs")


def run_due(
    *, budget: timedelta = timedelta(seconds=30), clock: Callable[[], datetime] = timezone.now
) -> int:
    """Run batches of open jobs until none is open or the time is up; return the number of batches.

    The job that has waited longest comes first, a batch at a time, so that two jobs progress side by side.
    """
    batches, end = 0, clock() + budget
    while clock() < end and (job := _claim(clock())) is not None:
        with _acting_for(job):
            _run_batch(job, clock)
        batches += 1
    return batches


def _claim(now: datetime) -> Job | None:
    """Lease the open job that has waited longest, and commit."""
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        job = (
            Job.objects.filter(free, state__in=[State.WAITING, State.RUNNING])
            .order_by(F("leased_until").asc(nulls_first=True), "created_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if job is not None:
            job.state, job.leased_until = State.RUNNING, now + LEASE
            job.save(update_fields=["state", "leased_until"])
    return job


@contextmanager
def _acting_for(job: Job) -> Iterator[None]:
    """Attribute audit log entries to the user who started the job, with their address, under the job's own id.

    The job's texts are in their language. All is reset afterwards.
    """
    before, request = auditlog_value.set({}), guid.set(job.audit_id)
    language = (job.started_by and job.started_by.language) or settings.LANGUAGE_CODE
    try:
        with set_actor(job.started_by, remote_addr=job.remote_addr), translation.override(language):
            yield
    finally:
        guid.reset(request)
        auditlog_value.reset(before)


class _LeaseLost(Exception):
    """Another worker holds the lease by now."""


def _run_batch(claimed_job: Job, clock: Callable[[], datetime], tries: int = TRIES) -> None:
    try:
        with transaction.atomic():
            if claimed_job.stop_asked:
                _write(claimed_job, **ended(State.STOPPED, clock()))
            else:
                _advance(claimed_job, clock)
    except _LeaseLost:
        logger.warning(
            "job %s: a batch took longer than its lease and was done by another worker", claimed_job.pk
        )
    except JobFailed as error:
        _fail(claimed_job, str(error), clock())
    except Exception as error:  # noqa: BLE001 -- a bug in one job must not stop the others
        if isinstance(error, OperationalError) and tries > 1:
            claimed_job.refresh_from_db()  # what the batch had made of it was rolled back
            _run_batch(claimed_job, clock, tries - 1)
            return
        logger.error("job %s: unexpected %s\n%s", claimed_job.pk, type(error).__name__, place_of(error))
        _fail(claimed_job, disk_full.in_words(error), clock())


def _advance(job: Job, clock: Callable[[], datetime]) -> None:
    job_type = _types.get(job.kind)
    if job_type is None:
        raise JobFailed(_("Portal nie zna już tego rodzaju zadań. Zleć je od nowa."))
    total = job_type.count(job) if job.total is None else job.total
    result = job_type.step(job)
    found = add_up(job, result)
    # Free from now on, or after the pause, behind those that have waited longer.
    state = (
        {"leased_until": clock() + result.pause} if result.cursor is not None else ended(State.DONE, clock())
    )
    # What was added meanwhile is done as well.
    _write(job, **found, total=max(total, found["done"]), cursor=result.cursor, **state)


def add_up(job: Job, result: BatchResult) -> dict[str, Any]:
    """Store the notes of a batch, and return `done` and `counts` of its job with the batch included."""
    JobNote.objects.bulk_create([_job_note(job, note) for note in result.notes], batch_size=1_000)
    keys = {**job.counts, **result.counts}
    counts = {key: job.counts.get(key, 0) + result.counts.get(key, 0) for key in keys}
    return {"done": job.done + result.done, "counts": counts}


def _job_note(job: Job, note: ItemNote) -> JobNote:
    cut = {"subject": note.subject[:60], "album_number": note.album_number[:20], "holder": note.holder[:201]}
    return JobNote(job=job, **{**vars(note), **cut})


def ended(state: Job.State, now: datetime) -> dict[str, Any]:
    """Return the values of a job that ends in a state."""
    return {"state": state, "finished_at": now, "leased_until": None, "stop_asked": False}


def _write(claimed_job: Job, **values: Any) -> None:
    """Update a job while this worker holds its lease; raise _LeaseLost otherwise.

    The row is not locked before, so that the button that stops the job never waits for a batch.
    """
    if not Job.objects.filter(pk=claimed_job.pk, leased_until=claimed_job.leased_until).update(**values):
        raise _LeaseLost


def _fail(claimed_job: Job, failure: str, now: datetime) -> None:
    try:
        _write(claimed_job, failure=failure[:300], **ended(State.FAILED, now))
    except _LeaseLost:
        return  # the present holder of the lease goes on
