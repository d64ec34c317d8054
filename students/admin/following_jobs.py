"""Buttons of a job's page that start the job which follows it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from students.jobs import JobFailed
from students.models import Job, User


def follow(
    request: HttpRequest,
    job_id: int,
    start: Callable[..., Job],
    *,
    kind: str | None = None,
    level: int = messages.WARNING,
) -> HttpResponse:
    """Start what follows a job, of this type if one is named, and show it; where it cannot be, say why.

    `start` takes the job and, as `by`, the user. Raises Http404 for a job that the user does not see.
    """
    visible = Job.objects.visible_to(request.user)
    job = get_object_or_404(visible if kind is None else visible.filter(kind=kind), pk=job_id)
    if not isinstance(request.user, User):
        raise PermissionDenied
    try:
        return redirect(start(job, by=request.user))
    except JobFailed as refused:
        messages.add_message(request, level, str(refused))
        return redirect(job)
