"""Language of a user's pages.

The account stores the choice (`User.language`), and a cookie repeats it to the browser: so every page knows its
language without reading the session or the account. Without a choice it is the browser's preference, else Polish.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from students.models import User

_CHOSEN = "_chosen_language"  # attribute of a request whose answer brings the cookie


class LanguageMiddleware(LocaleMiddleware):
    """Django's LanguageMiddleware, which reads the cookie and the browser's preference; also writes the cookie."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the language and Vary headers; store a language that was chosen during the request."""
        answer: HttpResponseBase = super().process_response(request, response)
        patch_vary_headers(answer, ("Cookie",))
        if chosen := getattr(request, _CHOSEN, ""):
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
        return answer


def connect() -> None:
    """Connect the signal that sets the account's language at sign-in; called once, when the apps are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="languages.signed_in")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language and redirect to `next` if it is within the portal; store it for a signed-in user."""
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        setattr(request, _CHOSEN, language)
        if isinstance(request.user, User):
            _keep(request.user, language)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


def _signed_in(user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Apply the account's language; an account without one stores the language of the sign-in page.

    Messages are written in the account's language, which should be that of the pages.
    """
    if request is None:
        return
    if not user.language:
        _keep(user, translation.get_language() or settings.LANGUAGE_CODE)
    setattr(request, _CHOSEN, user.language)


def _keep(user: User, language: str) -> None:
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
