"""Background jobs in the admin: progress, results, and buttons to stop and resume."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from students import jobs
from students.admin import job_lists
from students.admin.import_downloads import downloads_of
from students.admin.readonly import ReadOnlyMixin
from students.job_pages import asks_again
from students.models import Job, JobNote
from students.moments import unbroken
from students.scope import sees_every_faculty

NOTES_ON_A_PAGE = 100
REFRESH_OFF = "stoi"  # in the address: the page does not look again by itself


@admin.register(Job)
class JobAdmin(ReadOnlyMixin, admin.ModelAdmin[Job]):
    """Admin of jobs: everybody's for staff of every faculty, else the user's own."""

    list_display = ("called", "state", "percent_done", "started_by", "created_at", "finished_at")
    list_select_related = ("started_by",)
    list_filter = ("state",)
    search_fields = ("title",)
    show_full_result_count = False
    change_form_template = "admin/students/job/progress.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Return the jobs that the user may see."""
        return Job.objects.visible_to(request.user)

    @admin.display(description=_("zadanie"), ordering="title")
    def called(self, job: Job) -> str:
        """Return the title, whose days stay on one line each."""
        return unbroken(job.title)

    @admin.display(description=_("postęp"))
    def percent_done(self, job: Job) -> str:
        """Return the progress in percent."""
        return f"{job.percent} %"

    def get_urls(self) -> list[Any]:
        """Add the addresses of the buttons."""
        own = [
            path(
                "<int:job_id>/stop/",
                self.admin_site.admin_view(require_POST(self.stop)),
                name="students_job_stop",
            ),
            path(
                "<int:job_id>/resume/",
                self.admin_site.admin_view(require_POST(self.resume)),
                name="students_job_resume",
            ),
            path(
                "<int:job_id>/list.<str:format>",
                self.admin_site.admin_view(require_safe(self.download_list)),
                name="students_job_list",
            ),
        ]
        return own + super().get_urls()

    def stop(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Stop a job after its present batch."""
        job = self._own(request, job_id)
        jobs.stop(job)
        messages.info(
            request, _("Zadanie zatrzyma się najpóźniej po bieżącej porcji. To, co zrobione, zostaje.")
        )
        return redirect(job)

    def resume(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Resume a job."""
        job = self._own(request, job_id)
        if jobs.resume(job):
            messages.info(request, _("Zadanie będzie kontynuowane od miejsca, w którym się zatrzymało."))
        else:
            messages.warning(
                request, _("Tego zadania nie można wznowić: trwa, skończyło się albo stanęło zbyt dawno.")
            )
        return redirect(job)

    def download_list(self, request: HttpRequest, job_id: int, format: str) -> HttpResponseBase:
        """Return the job's list as a table."""
        return job_lists.download(request, self._own(request, job_id), format)

    def _own(self, request: HttpRequest, job_id: int) -> Job:
        return get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the progress; the page reloads while the job runs."""
        job = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if job is not None:
            outcomes = jobs.outcomes_of(job)
            chosen = request.GET.get("outcome", "")
            notes = job.notes.filter(outcome=chosen) if chosen else _notes_in_order(job)
            page = Paginator(notes, NOTES_ON_A_PAGE).get_page(request.GET.get("p"))
            context = {
                "job": job,
                "actions": jobs.actions_of(job, request.user),
                "summary": jobs.summary_of(job),
                "samples": jobs.samples_of(job),
                "audit_log": _audit_log_of(job, request),
                "downloads": downloads_of(job, request.user),
                "counts": [(key, outcomes.get(key, key), job.counts[key]) for key in _in_order(job)],
                "notes": page,
                "names_students": any(note.album_number or note.holder for note in page),
                "chosen": chosen,
                "words": outcomes,
                "refreshes": job.is_open and REFRESH_OFF not in request.GET,
                "refresh_off": REFRESH_OFF,
                "asks_again": asks_again(request),
                "stop": reverse("admin:students_job_stop", args=[job.pk]),
                "resume": reverse("admin:students_job_resume", args=[job.pk]),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})


def _audit_log_of(job: Job, request: HttpRequest) -> str | None:
    """Return the address of what a job has changed, None for whom may not read the audit log."""
    if not (request.user.has_perm("students.view_auditentry") and sees_every_faculty(request.user)):
        return None
    return f"{reverse('admin:students_auditentry_changelist')}?q={job.audit_id}"


def _in_order(job: Job) -> list[str]:
    """Return the keys of a job's results in the order of its type."""
    places = {key: place for place, key in enumerate(jobs.outcomes_of(job))}
    return sorted(job.counts, key=lambda key: places.get(key, len(places)))


def _notes_in_order(job: Job) -> QuerySet[JobNote]:
    """Return a job's notes in the order of its results."""
    places = [When(outcome=key, then=Value(place)) for place, key in enumerate(jobs.outcomes_of(job))]
    if not places:  # a job of a kind that the portal knows no more
        return job.notes.all()
    order = Case(*places, default=Value(len(places)), output_field=IntegerField())
    return job.notes.order_by(order, "pk")
