"""Kept forms: what was typed in the office while its session ended is sent on after the next sign-in.

A form that arrives without a session is kept, encrypted, in the session of the sign-in that follows, for the person
whose session it was, and for an hour. Nothing is sent by itself: its owner sees what it is, and presses a button.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Session
from accounts.sessions import hash_of
from students.encryption import decrypt, encrypt

_KEPT = "kept_form"  # key of a session
_LARGEST = 200_000  # characters
_LASTS = timedelta(hours=1)


class KeptFormMiddleware:
    """Middleware that keeps a form of the office whose session has ended, and leads to the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request."""
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")  # before it is replaced
        response = self.get_response(request)
        if cookie and _is_turned_away(request, response) and (owner := _owner_of(cookie)):
            fields = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
            form = {
                "owner": owner,
                "path": request.get_full_path(),
                "fields": [field for field in fields if field[0] != "csrfmiddlewaretoken"],
                "has_files": bool(request.FILES),
                "at": timezone.now().timestamp(),
            }
            text = json.dumps(form)
            if len(text) <= _LARGEST:
                request.session[_KEPT] = encrypt(text)
                messages.info(
                    request,
                    _("Sesja wygasła. Nic z tego, co wpisano, nie przepadło: zaloguj się, a wyślesz to."),
                )
                return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': reverse('kept_form')})}")
        return response


def _is_turned_away(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether a form of the office has been answered with the way to the sign-in."""
    if request.method != "POST":
        return False
    doors = (reverse("login"), reverse("admin:login"))
    return (
        request.path.startswith(reverse("admin:index"))
        and request.path not in doors
        and isinstance(response, HttpResponseRedirect)
        and response.url.partition("?")[0] in doors
        and not request.user.is_authenticated  # else it is somebody who may not do this
    )


def _owner_of(cookie: str) -> int | None:
    """Return whose session it was; its row stays for a while after the end."""
    return Session.objects.filter(pk=hash_of(cookie)).values_list("user_id", flat=True).first()


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def kept_form(request: HttpRequest) -> HttpResponse:
    """Offer to send the form that was kept, to its owner only; without one, lead to the front page."""
    form = _read(request.session.pop(_KEPT, ""))
    if form is None or form["owner"] != request.user.pk:
        return redirect("start")
    return render(request, "accounts/kept_form.html", {"kept": form})


def _read(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        form: dict[str, Any] = json.loads(decrypt(text))
    except ValueError:
        return None
    return form if timezone.now().timestamp() - form["at"] < _LASTS.total_seconds() else None
