"""Views of the university's sign-in: going there, coming back, and its single logout."""

import logging
from secrets import token_urlsafe
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import failures, signing_in
from accounts.models import Session
from accounts.university import cas, matching, oidc
from accounts.university.identity import Identity, SignInFailed, SignInUnavailable, reference_hash
from students.models import User

logger = logging.getLogger(__name__)
_JOURNEY = "university_journey"  # key of a session: where somebody wanted to go, and the state of the way


@require_safe
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the university's sign-in."""
    return _leave(request, renew=False)


@require_safe
@never_cache
@login_required
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Send somebody who is signed in to give the university's password again."""
    return _leave(request, renew=True)


def _leave(request: HttpRequest, *, renew: bool) -> HttpResponse:
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    state = token_urlsafe(24)
    request.session[_JOURNEY] = {"next": wanted if is_ours else "/", "state": state, "renew": renew}
    if settings.UNIVERSITY_SIGN_IN == "cas":
        return HttpResponseRedirect(cas.login_url(_service(state), renew=renew))
    if settings.UNIVERSITY_SIGN_IN == "oidc":
        try:
            return HttpResponseRedirect(oidc.login_url(request, _portal("oidc_return"), renew=renew))
        except SignInUnavailable as error:
            return _trouble(request, error)
    raise Http404


@csrf_exempt  # the server's own POST, which proves itself by a ticket that only it and we know
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cas_return(request: HttpRequest) -> HttpResponse:
    """Take somebody back from CAS; a POST is CAS ending a session (single logout)."""
    if settings.UNIVERSITY_SIGN_IN != "cas":
        raise Http404
    if request.method == "POST":
        _end_session(cas.ended_session(request.POST.get("logoutRequest", "")))
        return HttpResponse(status=200)
    journey = request.session.pop(_JOURNEY, {})
    state = request.GET.get("state", "")
    if not state or state != journey.get("state"):
        return _trouble(request, SignInFailed("the state is not this session's"))
    try:
        identity = cas.identity_of(
            request.GET.get("ticket", ""), _service(state), renew=bool(journey["renew"])
        )
    except (SignInFailed, SignInUnavailable) as error:
        return _refused(request, error)
    return _arrive(request, identity, journey)


@require_safe
@never_cache
def oidc_return(request: HttpRequest) -> HttpResponse:
    """Take somebody back from the OpenID Connect server."""
    if settings.UNIVERSITY_SIGN_IN != "oidc":
        raise Http404
    journey = request.session.pop(_JOURNEY, {})
    if not journey:
        return _trouble(request, SignInFailed("nobody was sent from this session"))
    try:
        identity = oidc.identity_of(request, renew=bool(journey["renew"]))
    except (SignInFailed, SignInUnavailable) as error:
        return _refused(request, error)
    return _arrive(request, identity, journey)


@csrf_exempt  # the server's own POST, which proves itself by its signature
@require_POST
@never_cache
def oidc_logout(request: HttpRequest) -> HttpResponse:
    """End what a logout token names (OpenID Connect Back-Channel Logout 1.0)."""
    if settings.UNIVERSITY_SIGN_IN != "oidc":
        raise Http404
    try:
        session, subject = oidc.ended_session(request.POST.get("logout_token", ""))
    except (SignInFailed, SignInUnavailable) as error:
        logger.warning("A back-channel logout was refused: %s", error)
        return HttpResponse(status=400)
    if session:
        _end_session(session)
    else:
        Session.objects.filter(university_subject=reference_hash(subject)).delete()
    return HttpResponse(status=200)


def _end_session(name: str) -> None:
    if name:
        Session.objects.filter(university_session=reference_hash(name)).delete()


def _arrive(request: HttpRequest, identity: Identity, journey: dict[str, Any]) -> HttpResponse:
    try:
        user = matching.account_of(identity)
    except matching.NoAccount as error:
        failures.record(None, request, settings.UNIVERSITY_SIGN_IN, "unknown_account")
        context = {"name": identity.name, "is_ambiguous": error.is_ambiguous, "leave": logout_url()}
        return render(request, "accounts/university_unknown.html", context, status=403)
    if journey["renew"]:
        return _confirmed(request, user, journey["next"])
    matching.apply_roles(user, identity)
    user.refresh_from_db()
    return signing_in.with_university(
        request,
        user,
        journey["next"],
        method=settings.UNIVERSITY_SIGN_IN,
        session=reference_hash(identity.session),
        subject=reference_hash(identity.subject),
        second_factor=matching.has_second_factor(identity),
    )


def _confirmed(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    """Go on with what asked for the password again, if it is the same person."""
    if user.pk != request.user.pk:
        return _trouble(request, SignInFailed("it is somebody else"))
    record_authentication(request, user, method="university", reauthenticated=True)
    response: HttpResponse | None = resume_request(request)
    return response or HttpResponseRedirect(wanted)


def logout_url() -> str:
    """Return where the session of the university is ended; empty where there is no such address."""
    back = f"{settings.PORTAL_URL}{reverse('login')}"
    match settings.UNIVERSITY_SIGN_IN:
        case "cas":
            return cas.logout_url(back)
        case "oidc":
            return oidc.logout_url(back)
        case _:
            return ""


def _refused(request: HttpRequest, error: SignInFailed | SignInUnavailable) -> HttpResponse:
    """Record that the university vouched for nobody whom we had sent there; show what happened."""
    if isinstance(error, SignInFailed):
        failures.record(None, request, settings.UNIVERSITY_SIGN_IN, "university")
    return _trouble(request, error)


def _trouble(request: HttpRequest, error: SignInFailed | SignInUnavailable) -> HttpResponse:
    """Show what happened: 502 where the university's server does not answer, 400 otherwise."""
    is_away = isinstance(error, SignInUnavailable)
    logger.warning("The university's sign-in failed: %s: %s", type(error).__name__, error)
    return render(
        request, "accounts/university_failed.html", {"is_away": is_away}, status=502 if is_away else 400
    )


def _service(state: str) -> str:
    return f"{_portal('cas_return')}?{urlencode({'state': state})}"


def _portal(name: str) -> str:
    return f"{settings.PORTAL_URL}{reverse(name)}"
