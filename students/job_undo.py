"""Undoing of a job's work as a whole, by another job, within a day: what has not changed since is put back.

What has changed since, or cannot be brought back, is left and listed with the reason.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import jobs
from students.following_jobs import start_once
from students.job_pages import JobAction
from students.models import Job, User

UNDO_WITHIN = timedelta(days=1)  # of the job's end
UNDONE, EXTENDED_THERE, CHANGED = "undone", "extended_there", "changed"
LABELS: Mapping[str, StrOrPromise] = {
    UNDONE: gettext_lazy("cofnięte"),
    EXTENDED_THERE: gettext_lazy("cofnięte w portalu, ale mDokumenty przedłużyły już mLegitymację"),
    CHANGED: gettext_lazy("pominięte: od tego czasu zmienione"),
}


def ended_lately(job: Job) -> bool:
    """Return whether a job is over, and recently enough to be undone as a whole: also one that was resumed late."""
    return job.finished_at is not None and timezone.now() - job.finished_at < UNDO_WITHIN


@dataclass
class Outcomes:
    """Outcomes of doing or undoing some, by number, and the album numbers of those that are to be listed."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, album_number: str | None, outcome: str, *, usual: str) -> None:
        """Count an outcome; anything but the usual one is listed."""
        self.counts[outcome] += 1
        if outcome != usual:
            self.listed.append((album_number or "–", outcome))

    def notes(self, labels: Mapping[str, StrOrPromise]) -> list[jobs.ItemNote]:
        """Return the list as notes of a job."""
        return [jobs.ItemNote(album, outcome, str(labels[outcome])) for album, outcome in self.listed]


@dataclass(frozen=True)
class JobUndo:
    """Job type that undoes the jobs of the type `undoes`.

    `rows` returns what the job with this key has done and nobody has undone, by ascending key. `undo` undoes a batch of
    these, inside a transaction, for the user `by`. `user` returns who started a job that may go on; it raises
    JobFailed. `url` names the address of the button, `help` says beside it what it does.
    """

    name: str
    undoes: str
    rows: Callable[[int], QuerySet[Any]]
    undo: Callable[..., Outcomes]
    user: Callable[[Job], User]
    batch: int
    url: str
    label: StrOrPromise
    help: Callable[[Job], StrOrPromise]

    def is_possible(self, job: Job) -> bool:
        """Return whether a job has ended lately, has done something, and is not undone yet."""
        return (
            job.kind == self.undoes
            and ended_lately(job)
            and self.rows(job.pk).exists()
            and not self._undoing(job).exists()
        )

    def start(self, job: Job, *, by: User) -> Job:
        """Start undoing a job; a second call returns the job of the first. Raises JobFailed where it is too late."""

        def start(job: Job) -> Job:
            if not self.is_possible(job):
                raise jobs.JobFailed(_("Tego nie można już cofnąć."))
            title = _("Cofnięcie: %(title)s") % {"title": job.title}
            return jobs.start(self.name, title, by=by, parameters={"job": job.pk})

        return start_once(job, self._undoing(job), start)

    def check_not_undone(self, job: Job) -> None:
        """Raise JobFailed for a job that is undone already: nobody could undo what it went on to do."""
        if self._undoing(job).exists():
            raise jobs.JobFailed(_("To zadanie zostało cofnięte."))

    def actions(self, job: Job, user: User | AnonymousUser) -> list[JobAction]:
        """Return the button that undoes a job, where it is possible; who may press it is the caller's concern."""
        if not self.is_possible(job):
            return []
        return [JobAction(self.label, reverse(self.url, args=[job.pk]), self.help(job))]

    def job_type(self) -> jobs.JobType:
        """Return the type to register with the runner."""
        return jobs.JobType(self.name, count=self._count, step=self._step, outcomes=LABELS)

    def _undoing(self, job: Job) -> QuerySet[Job]:
        return Job.objects.filter(kind=self.name, parameters__job=job.pk)

    def _count(self, job: Job) -> int:
        return self.rows(job.parameters["job"]).count()

    def _step(self, job: Job) -> jobs.BatchResult:
        by = self.user(job)
        batch = list(self.rows(job.parameters["job"]).filter(pk__gt=job.cursor or 0)[: self.batch])
        outcomes = self.undo(batch, by=by)
        return jobs.BatchResult(
            done=len(batch),
            counts=outcomes.counts,
            cursor=batch[-1].pk if len(batch) == self.batch else None,
            notes=outcomes.notes(LABELS),
        )
