"""Start page: the state of a student's mLegitymacja, and what can be done here."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from mdocs.page import page_state
from students.models import User


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def start(request: HttpRequest) -> HttpResponse:
    """Show a student the state of the mLegitymacja and the next step; show others what can be done here."""
    page = page_state.build(cast(User, request.user), timezone.now())
    return render(request, "start.html", {"page": page, "is_student": page.is_student})
