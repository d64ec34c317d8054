"""Download of a job's list of items, such as the cards that were skipped and why."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from students import audit_log
from students.exporting import CSV, XLSX, fitting_format, table_response
from students.job_notes import labelled, notes_with
from students.models import Job, JobNote


def download(request: HttpRequest, job: Job, format: str) -> HttpResponseBase:
    """Return the list, or the part with the outcome that the address names, as CSV or XLSX; it is logged.

    Raises Http404 for another format.
    """
    if format not in (CSV, XLSX):
        raise Http404
    chosen = request.GET.get("outcome", "")
    number = notes_with(job, chosen).count()
    audit_log.record_export(JobNote, number, format)
    header = (_("Czego dotyczy"), _("Wynik"), _("Dlaczego"))
    rows = ((note.subject, label, note.detail) for note, label in labelled(job, chosen))
    return table_response(fitting_format(format, number), f"job-{job.pk}", header, rows)
