"""Download of the lists of an import: what ends, changes, is new or rejected; the rejected rows to be corrected."""

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from students import audit_log
from students.exporting import CSV, XLSX, fitting_format, table_response
from students.importing.downloads import EVERYTHING, TO_CORRECT, lists_of, number_of, table_of
from students.importing.job_kinds import JOBS
from students.importing.permissions import may_import
from students.jobs import JobFailed, outcomes_of
from students.models import Job, Student, User

Download = tuple[StrOrPromise, list[tuple[str, str]]]


@require_safe
def download(request: HttpRequest, job_id: int, name: str, format: str) -> HttpResponseBase:
    """Return a list of an import as CSV or XLSX; it is logged."""
    if not may_import(request.user):
        raise PermissionDenied
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind__in=JOBS), pk=job_id)
    if format not in (CSV, XLSX) or name not in lists_of(job):
        raise Http404
    number = number_of(job, name)
    try:
        header, rows = table_of(job, name)
    except JobFailed as error:
        raise Http404 from error
    audit_log.record_export(Student, number, format)
    return table_response(fitting_format(format, number), f"import-{job.pk}-{name}", header, rows)


guarded_download = admin.site.admin_view(download)


def downloads_of(job: Job, user: User | AnonymousUser) -> Sequence[Download]:
    """Return the lists of a job that `user` may download, each with its formats and their addresses."""
    if job.kind not in JOBS or not may_import(user):
        return []
    names, words = lists_of(job), outcomes_of(job)
    labels: dict[str, StrOrPromise] = {
        EVERYTHING: _("wszystko"),
        **words,
        TO_CORRECT: _("odrzucone wiersze, do poprawienia i ponownego wczytania"),
    }
    return [
        (
            label,
            [
                (format.upper(), reverse("students:import_download", args=[job.pk, name, format]))
                for format in (CSV, XLSX)
            ],
        )
        for name, label in labels.items()
        if name in names
    ]
