"""Lists of an import's preview or job as tables to download."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from students.exporting import Row
from students.importing import rejected_rows
from students.importing.files import is_stored
from students.importing.results import RowOutcome
from students.job_notes import labelled, notes_with
from students.models import Job

EVERYTHING, TO_CORRECT = "all", "to-correct"
_OUTCOMES = {EVERYTHING: "", TO_CORRECT: RowOutcome.REJECTED}  # of the other lists it is their name


def lists_of(job: Job) -> set[str]:
    """Return the outcomes of which a job has a list, EVERYTHING where it has any, and TO_CORRECT."""
    names = {key for key, number in job.counts.items() if number and notes_with(job, key).exists()}
    if names:
        names.add(EVERYTHING)
    kept = job.parameters.get(rejected_rows.FILE)  # an import by the command keeps none
    if RowOutcome.REJECTED in names and kept and is_stored(kept):
        names.add(TO_CORRECT)
    return names


def number_of(job: Job, name: str) -> int:
    """Return the number of rows of a list."""
    return notes_with(job, _OUTCOMES.get(name, name)).count()


def table_of(job: Job, name: str) -> tuple[Row, Iterator[Row]]:
    """Return the header and the rows of a list. Raises JobFailed where the rejected rows are gone."""
    if name == TO_CORRECT:
        rows = rejected_rows.rejected_table(job)
        return next(rows), rows
    header = (_("Czego dotyczy"), _("Wiersz"), _("Numer albumu"), _("Student"), _("Wynik"), _("Szczegóły"))
    return header, (
        (note.subject, note.row, note.album_number, note.holder, label, note.detail)
        for note, label in labelled(job, _OUTCOMES.get(name, name))
    )
