"""Page *Bezpieczeństwo*: an account's sessions, second factors, tokens, applications, devices, and what happened
lately.

Apps above this one add a line about what opens the account by their means (`link`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrOrPromise

from accounts import second_factor
from accounts.credentials import end_access
from accounts.models import AccountEvent, Session
from accounts.sessions import hash_of
from students.models import User

_EVENTS_SHOWN = 10


@dataclass(frozen=True)
class Link:
    """A line of the page: what else opens the account, how many of them, and where they are ended."""

    label: StrOrPromise
    count: int
    url: str


_links: list[Callable[[User], Link]] = []


def link(make: Callable[[User], Link]) -> Callable[[User], Link]:
    """Register a line of the page; a decorator. It costs one query."""
    _links.append(make)
    return make


def links_of(user: User) -> list[Link]:
    """Return the lines that other apps add."""
    return [make(user) for make in _links]


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; who has yet to set up a second factor sees that first."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # login_required
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    context = {
        "is_missing": second_factor.is_missing(request),
        "sessions": Session.objects.of_user(user),
        "this_session": hash_of(request.session.session_key or ""),
        "app": next((it for it in factors if it.type == Authenticator.Type.TOTP), None),
        "passkeys": [it for it in factors if it.type == Authenticator.Type.WEBAUTHN],
        "recovery": next((it for it in factors if it.type == Authenticator.Type.RECOVERY_CODES), None),
        "links": [] if second_factor.is_missing(request) else links_of(user),
        "events": AccountEvent.objects.of_user(user)[:_EVENTS_SHOWN],
        "has_password": user.has_usable_password() and settings.PASSWORDS,
    }
    return render(request, "accounts/security.html", context)


@require_POST
@login_required
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of the user's sessions; the present one as signing out does."""
    key = request.POST.get("session", "")
    ended = (
        Session.objects.of_user(request.user)
        .filter(pk=key)
        .exclude(pk=hash_of(request.session.session_key or ""))
    )
    if ended.delete()[0]:
        messages.success(request, _("Sesja została zakończona. To urządzenie jest wylogowane."))
    return redirect("security")


@require_POST
@login_required
def end_everywhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions, and all tokens of the user's account, those of applications included."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # login_required
    ended = end_access(user, but=request.session.session_key)
    sentence = _("Wylogowano inne urządzenia: %(count)d. Tokeny i aplikacje nie mają już dostępu.")
    messages.success(request, sentence % {"count": ended})
    return redirect("security")
