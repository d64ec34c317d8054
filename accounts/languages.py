"""In which language somebody reads the portal.

The account keeps the choice (`User.language`), and a cookie repeats it to the browser: so every page knows its language
without asking for the session or the account. Nobody's choice yet: what the browser asks for, else Polish.
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
    """Django's own, which reads the cookie and then what the browser asks for; writes the cookie too."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Name the language of the answer and what it hangs on; remember one that was chosen meanwhile."""
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
    """Have the account's language come with whoever signs in; called once, when the apps are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="languages.signed_in")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Go on in another language, on the page named by `next` if it is one of ours; keep it for who is signed in."""
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
    """Let the account's language win; an account without one keeps what its owner reads while signing in.

    Letters are written in the account's language, and ought to be in that of the pages.
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
