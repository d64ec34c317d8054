"""Consent pages, where a user grants or revokes an application's access.

Errors are a page for browsers and JSON for clients, by the Accept header (docs/reference/usos-api.md, OAuth 1.0a).
"""

from collections.abc import Mapping

from allauth.core.exceptions import ReauthenticationRequired
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from accounts import events
from accounts.adapters import recently_authenticated
from accounts.event_models import EventKind
from mdocs.page.decorators import SignedInRequest, personal
from students.models import User
from usos_api import texts
from usos_api.errors import NotAuthentic, ParamInvalid, ParamMissing, UsosError
from usos_api.models import AccessToken, Consent, RequestToken
from usos_api.oauth import tokens
from usos_api.oauth.callbacks import OOB, Redirect, form_target, host_of, with_parameters
from usos_api.scopes import CARDS, OFFLINE, described

MINIMAL, CONFIRM_USER = "minimal", "confirm_user"


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Ask for the user's consent, and redirect to the application with the answer."""
    try:
        key, interactivity = _read(request.GET)
        request_token = tokens.find_request_token(key, timezone.now())
        if request_token is None:
            raise NotAuthentic("The request token is unknown, used or expired.", person=texts.QUESTION_OVER)
    except UsosError as error:
        return _problem(request, error)
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    if request_token.user_id not in (None, request.user.pk):
        return _problem(request, NotAuthentic("Another user has answered.", person=texts.QUESTION_OVER))
    leads_back = interactivity == MINIMAL and not _would_be_blocked(request, request_token)
    if request.method != "POST" and leads_back and tokens.has_consented(request_token, request.user):
        return _answer(request, request_token, request.user, key, agreed=True)
    is_refused = request.method == "POST" and "agree" not in request.POST
    if CARDS in request_token.scopes and not is_refused and not recently_authenticated(request):
        if request.method == "POST":  # the question again: no page with a password may lead to an application
            return redirect(request.get_full_path())
        raise ReauthenticationRequired  # a token that may read codes, as those of `api.token_views`
    if request.method == "POST":
        return _answer(request, request_token, request.user, key, agreed="agree" in request.POST)
    return _ask(request, request_token)


def _would_be_blocked(request: HttpRequest, request_token: RequestToken) -> bool:
    """Return whether a browser refuses to go on to the application without a click: where a form of the portal's has
    led here, that of a password say, its policy (form-action) is about all redirects that follow."""
    return request_token.callback != OOB and request.headers.get("Sec-Fetch-Site") == "same-origin"


def _read(given: Mapping[str, str]) -> tuple[str, str]:
    key = given.get("oauth_token", "")
    if not key:
        raise ParamMissing("oauth_token")
    interactivity = given.get("interactivity") or MINIMAL
    if interactivity not in (MINIMAL, CONFIRM_USER):
        raise ParamInvalid("interactivity", "interactivity is minimal or confirm_user.")
    return key, interactivity


def _ask(request: HttpRequest, request_token: RequestToken) -> HttpResponseBase:
    by_pin = request_token.callback == OOB
    context = {
        "consumer": request_token.consumer,
        "scopes": [scope for scope in described(request_token.scopes) if scope.key != OFFLINE],
        "offline": OFFLINE in request_token.scopes,
        "by_pin": by_pin,
        "host": host_of(request_token.callback),
    }
    page = render(request, "usos_api/authorize.html", context)
    if by_pin:
        return page
    # The answer to the form leads to the application, which the portal's policy for forms would not let it do.
    allowed = csp_update({"form-action": [form_target(request_token.callback)]})
    return allowed(lambda _request: page)(request)


def _answer(
    request: HttpRequest, request_token: RequestToken, user: User, key: str, *, agreed: bool
) -> HttpResponseBase:
    by_pin = request_token.callback == OOB
    if not agreed:
        tokens.deny(request_token)
        if by_pin:
            before = Consent.objects.of_user(user).filter(consumer=request_token.consumer_id).exists()
            context = {"consumer": request_token.consumer, "agreed_before": before}
            return render(request, "usos_api/refused.html", context)
        back = with_parameters(request_token.callback, error="access_denied", oauth_token=key)
        return Redirect(back)
    is_new = not tokens.has_consented(request_token, user)
    try:
        verifier = tokens.authorise(request_token, user, timezone.now())
    except tokens.RequestTokenClosed:
        error = NotAuthentic("The request token is used or expired.", person=texts.QUESTION_OVER)
        return _problem(request, error)
    if is_new:
        events.record(user, EventKind.APP_ALLOWED, request, detail=request_token.consumer.name)
    if by_pin:
        return render(request, "usos_api/pin.html", {"consumer": request_token.consumer, "pin": verifier})
    return Redirect(with_parameters(request_token.callback, oauth_token=key, oauth_verifier=verifier))


def wants_page(request: HttpRequest) -> bool:
    """Return whether a browser opens one of these pages; all else below /services/ is for programs."""
    asks_for_page = "text/html" in request.headers.get("Accept", "")
    return asks_for_page and request.path == reverse("usos_api:authorize")


def _problem(request: HttpRequest, error: UsosError) -> HttpResponse:
    if wants_page(request):
        message = error.body["user_messages"]["generic_message"][get_language() or "pl"]
        return render(request, "usos_api/problem.html", {"message": message}, status=error.status)
    return JsonResponse(error.body, status=error.status, headers=error.headers)


@personal("GET", "HEAD")
def grants(request: SignedInRequest) -> HttpResponse:
    """Show the applications with the user's consent, their scopes, and how to withdraw it."""
    given = list(Consent.objects.of_user(request.user).select_related("consumer"))
    used = AccessToken.objects.last_uses(request.user)
    shown = [
        {
            "consent": consent,
            "scopes": described(consent.scopes),
            "last_used": used.get(consent.consumer_id),
        }
        for consent in given
    ]
    return render(request, "usos_api/grants.html", {"grants": shown})


@personal("POST")
def withdraw(request: SignedInRequest, consent_id: int) -> HttpResponse:
    """Withdraw the user's consent; the application's tokens stop working at once."""
    consent = get_object_or_404(
        Consent.objects.of_user(request.user).select_related("consumer"), pk=consent_id
    )
    consent.withdraw(timezone.now())
    messages.success(
        request,
        _("Aplikacja „%(name)s” nie ma już dostępu do Twoich danych.") % {"name": consent.consumer.name},
    )
    return redirect("usos_api:grants")
