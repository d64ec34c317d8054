"""Admin pages that extend or end many cards in the background: a preview, the work, and its undoing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from students import ending_jobs
from students.admin.card_forms import ExtendManyForm
from students.admin.card_pages import Office, clerk_of, needs, show
from students.admin.following_jobs import follow
from students.extension_jobs import extend_group, extend_listed, extend_previewed
from students.extension_undo import UNDO
from students.half_years import extension_target
from students.models import Job


@needs("students.extend_studentcard")
def page(office: Office, request: HttpRequest) -> HttpResponse:
    """Show the form for cards and date; start the preview and redirect to it."""
    clerk = clerk_of(request)
    form = ExtendManyForm(
        request.POST or None,
        request.FILES or None,
        clerk=clerk,
        initial={"until": extension_target(timezone.localdate())},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["numbers"]:
            job = extend_listed(data["numbers"], data["until"], by=clerk, preview=True)
        else:
            job = extend_group(data["faculty"] or data["programme"], data["until"], by=clerk, preview=True)
        return redirect(job)
    return show(office, request, "extend_many", title=_("Przedłuż wiele legitymacji"), form=form)


@needs("students.extend_studentcard")
def extend(office: Office, request: HttpRequest, job_id: int) -> HttpResponse:
    """Start the extension of what a preview has shown, and show how far it is."""
    return _follow(request, job_id, extend_previewed)


@needs("students.extend_studentcard")
def undo(office: Office, request: HttpRequest, job_id: int) -> HttpResponse:
    """Start undoing an extension as a whole, and show how far that is."""
    return _follow(request, job_id, UNDO.start)


@needs(ending_jobs.PERMISSION)
def end(office: Office, request: HttpRequest, job_id: int) -> HttpResponse:
    """Start the ending of what a preview has shown, and show how far it is."""
    return _follow(request, job_id, ending_jobs.end_previewed)


@needs(ending_jobs.PERMISSION)
def undo_endings(office: Office, request: HttpRequest, job_id: int) -> HttpResponse:
    """Start bringing back cards that a job has ended, and show how far that is."""
    return _follow(request, job_id, ending_jobs.UNDO.start)


def _follow(request: HttpRequest, job_id: int, start: Callable[..., Job]) -> HttpResponse:
    return follow(request, job_id, start) if request.method == "POST" else HttpResponseNotAllowed(["POST"])
