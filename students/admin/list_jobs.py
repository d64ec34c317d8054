"""Jobs over the people of a list: chosen rows, or all that the filters keep, go to a background job with a preview.

Each app adds its own with `list_job`: the list asks on a page of its own what the job needs to know, and starts it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django_stubs_ext import StrOrPromise

from students.admin.table_exports import Admin
from students.models import Job, Student, StudentCard, User

CONFIRMED = "confirmed"  # hidden field of the page that asks


@dataclass(frozen=True)
class ListJob:
    """A job over the rows of a list, for those with `permission`.

    `form` asks what it needs to know; `start` gets the rows, the form's data and the user, and returns the job, whose
    page shows what will happen. `of_cards`: it is about cards, so a list of cards hands over these and not their
    students. `explanation` stands above the form.
    """

    name: str
    label: StrOrPromise
    permission: str
    form: Callable[..., forms.Form]
    start: Callable[[QuerySet[Any], Mapping[str, Any], User], Job]
    explanation: Sequence[StrOrPromise]
    of_cards: bool = False


_list_jobs: list[ListJob] = []


def list_job(added: ListJob) -> ListJob:
    """Register a job over the rows of lists."""
    _list_jobs.append(added)
    return added


class ListJobsMixin(Admin):
    """Offer the registered jobs as actions of the list, and as buttons for all that its filters keep.

    `student_of` is the path from a row to its student's key; `about_orders` lists leave out the jobs about cards.
    """

    student_of = "pk"
    about_orders = False

    def list_jobs(self, request: HttpRequest) -> list[ListJob]:
        """Return the jobs that this user may start from this list."""
        return [
            job
            for job in _list_jobs
            if request.user.has_perm(job.permission) and not (job.of_cards and self.about_orders)
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Add the jobs to the actions."""
        actions = super().get_actions(request)
        own = {job.name: (partial(_ask, job), job.name, job.label) for job in self.list_jobs(request)}
        return actions if IS_POPUP_VAR in request.GET else actions | own

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a button for each."""
        return super().changelist_view(
            request, {"list_jobs": self.list_jobs(request), **(extra_context or {})}
        )

    def rows_for(self, job: ListJob, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the cards or students that the job is to be about."""
        if self.model is Student or (job.of_cards and self.model is StudentCard):
            return queryset.order_by()
        return Student.objects.filter(pk__in=queryset.order_by().values(self.student_of))


def _ask(
    job: ListJob, office: ListJobsMixin, request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase:
    """Ask what the job needs to know, then start it and lead to its page."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    form = job.form(request.POST if CONFIRMED in request.POST else None)
    rows = office.rows_for(job, queryset)
    if form.is_valid():
        return redirect(job.start(rows, form.cleaned_data, request.user))
    across = request.POST.get("select_across") == "1"
    # The admin wants to see something chosen also where everything is.
    chosen = ["all"] if across else request.POST.getlist(ACTION_CHECKBOX_NAME)
    context = {
        **office.admin_site.each_context(request),
        "opts": office.opts,
        "title": str(job.label).rstrip("…"),
        "number": rows.count(),
        "of_cards": rows.model is StudentCard,
        "explanation": job.explanation,
        "form": form,
        "hidden": [
            ("action", job.name),
            ("index", "0"),
            ("select_across", "1" if across else "0"),
            (CONFIRMED, "1"),
            *((ACTION_CHECKBOX_NAME, key) for key in chosen),
        ],
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/list_job.html", context, status=400 if form.is_bound else 200)
