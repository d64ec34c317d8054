"""Download of a job's list of items, such as the cards that were skipped and why."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from students import audit_log, jobs
from students.exporting import CSV, MOST_ROWS_XLSX, XLSX, Row, table_response
from students.models import Job, JobNote


def download(request: HttpRequest, job: Job, format: str) -> HttpResponseBase:
    """Return the list, or the part with the outcome that the address names, as CSV or XLSX; it is logged.

    Raises Http404 for another format.
    """
    if format not in (CSV, XLSX):
        raise Http404
    chosen = request.GET.get("outcome", "")
    notes = job.notes.filter(outcome=chosen) if chosen else job.notes.all()
    number = notes.count()
    audit_log.record_export(JobNote, number, format)
    header = (_("Czego dotyczy"), _("Wynik"), _("Dlaczego"))

    def rows() -> Iterator[Row]:
        words = jobs.outcomes_of(job)
        for note in notes.iterator(chunk_size=2_000):
            yield note.subject, words.get(note.outcome, note.outcome), note.detail

    return table_response(CSV if number > MOST_ROWS_XLSX else format, f"job-{job.pk}", header, rows())
