"""Notes of a job as a list."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django_stubs_ext import StrOrPromise

from students import jobs
from students.models import Job, JobNote


def notes_with(job: Job, outcome: str = "") -> QuerySet[JobNote]:
    """Return a job's notes with this outcome, or all of them."""
    return job.notes.filter(outcome=outcome) if outcome else job.notes.all()


def labelled(job: Job, outcome: str = "") -> Iterator[tuple[JobNote, StrOrPromise]]:
    """Yield these notes, thousands at a time, each with the label of its outcome."""
    labels = jobs.outcomes_of(job)
    for note in notes_with(job, outcome).iterator(chunk_size=2_000):
        yield note, labels.get(note.outcome, note.outcome)
