"""Signing in: a proof of identity leads through the stages of django-allauth, here and nowhere else.

The stages ask for the second factor of an account that has one. What a sign-in was is kept in the session under
`accounts.sessions.SIGN_IN`: when, how, from which device and network, and what the university vouched for.
"""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit, devices, events, metrics, proxies, second_factor
from accounts.client_address import address_of
from accounts.event_models import EventKind
from accounts.networks import place_of
from accounts.sessions import SIGN_IN
from students.models import User
from students.user_agents import device_of

# Key of a session: by which protocol, and what the university said, until the stages of the sign-in are over.
_PENDING = "university_sign_in"


def connect() -> None:
    """Connect to the signals of every sign-in; called once, when the apps are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="accounts.sign_in_failed")


def with_password(request: HttpRequest, user: User, redirect_url: str) -> HttpResponse:
    """Sign in somebody whose password was right; return the next page, which may ask for the second factor."""
    request.session.pop(_PENDING, None)
    record_authentication(request, user, method="password", reauthenticated=True)
    return _go_on(request, user, redirect_url)


def note_passkey(request: HttpRequest) -> None:
    """Note that the sign-in that goes on is one by a passkey alone."""
    request.session[_PENDING] = {"method": "passkey"}


def with_university(
    request: HttpRequest,
    user: User,
    redirect_url: str,
    *,
    method: str,
    session: str,
    subject: str,
    second_factor: bool,
) -> HttpResponse:
    """Sign in somebody for whom the university's sign-in vouches.

    `session` and `subject` are hashes of what its single logout will name. A second factor that it vouches for is not
    asked for again.
    """
    request.session[_PENDING] = {
        "method": method,
        "university_session": session,
        "university_subject": subject,
        "second_factor": second_factor,
    }
    record_authentication(request, user, method="university", reauthenticated=True)
    return _go_on(request, user, redirect_url)


def _go_on(request: HttpRequest, user: User, redirect_url: str) -> HttpResponse:
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=redirect_url))
    return response


def vouched_for(request: HttpRequest) -> bool:
    """Return whether the university has checked a second factor in the sign-in that is going on."""
    return bool(request.session.get(_PENDING, {}).get("second_factor"))


def _signed_in(user: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Note what the session is; tell the owner of a new device."""
    if request is None or not isinstance(user, User) or not hasattr(request, "session"):
        return
    told = request.session.pop(_PENDING, {"method": "password"})
    request.session[SIGN_IN] = {
        **told,
        "at": timezone.now().isoformat(),
        "device": device_of(request),
        "network": place_of(address_of(request)),
        "is_staff": user.is_staff,
    }
    second_factor.note_sign_in(request, user)
    proxies.note_sign_in(request, user)
    audit.record(user, "signed_in", request, told["method"])
    metrics.SIGN_INS.labels(told["method"], "signed_in").inc()
    if devices.remember(request, user):
        events.record(user, EventKind.NEW_DEVICE, request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    if request is not None:
        audit.record_failure(credentials.get("username") or "", request)
        metrics.SIGN_INS.labels("password", "failed").inc()
