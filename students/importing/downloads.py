"""Lists of an import's preview or job as tables to download."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from students import jobs
from students.exporting import Row
from students.importing import rejected_rows
from students.importing.files import is_stored
from students.importing.results import RowOutcome
from students.models import Job, JobNote

EVERYTHING, TO_CORRECT = "all", "to-correct"


def lists_of(job: Job) -> set[str]:
    """Return the outcomes of which a job has a list, EVERYTHING where it has any, and TO_CORRECT."""
    names = {key for key, number in job.counts.items() if number and notes(job, key).exists()}
    if names:
        names.add(EVERYTHING)
    if RowOutcome.REJECTED in names and is_stored(job.parameters.get(rejected_rows.FILE) or ""):
        names.add(TO_CORRECT)
    return names


def notes(job: Job, outcome: str) -> QuerySet[JobNote]:
    """Return a job's notes of this outcome, or all of them."""
    return job.notes.all() if outcome == EVERYTHING else job.notes.filter(outcome=outcome)


def table_of(job: Job, name: str) -> tuple[Row, Iterator[Row]]:
    """Return the header and the rows of a list. Raises JobFailed where the rejected rows are gone."""
    if name == TO_CORRECT:
        rows = rejected_rows.rejected_table(job)
        return next(rows), rows
    header = [
        *(_("Czego dotyczy"), _("Wiersz"), _("Numer albumu"), _("Student"), _("Wynik"), _("Szczegóły")),
    ]
    return header, _rows(job, name)


def _rows(job: Job, name: str) -> Iterator[Row]:
    words = jobs.outcomes_of(job)
    for note in notes(job, name).iterator(chunk_size=2_000):
        outcome = words.get(note.outcome, note.outcome)
        yield note.subject, note.row, note.album_number, note.holder, outcome, note.detail
