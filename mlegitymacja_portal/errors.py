"""Error pages: each says what happened, whether anything was lost, and what to do now."""

import sys
from collections.abc import Callable
from math import ceil

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from api import problems
from students.rate_limits import TooManyRequests
from usos_api.oauth.consent_views import wants_page
from usos_api.renderers import outside

# Programs ask here, and want an answer that they can read.
_FOR_PROGRAMS = ("/health/",)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _answer(request, 400, _("Nie rozumiemy tego żądania"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed CSRF check, mostly of a form that was open for too long."""
    return _answer(request, 403, _("Formularz stracił ważność"), "csrf")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _answer(request, 403, _("Brak dostępu"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, also for what the user may not know of."""
    return _answer(request, 404, _("Nie ma takiej strony"))


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer 429; `seconds` is the time to wait."""
    minutes = max(1, ceil(seconds / 60))
    response = _answer(request, 429, _("Zbyt wiele prób"), minutes=minutes)
    response["Retry-After"] = str(seconds)
    return response


def under_maintenance(request: HttpRequest, text: str, seconds: int) -> HttpResponse:
    """Answer 503 while maintenance is on, without a query; `text` is the operators' own, `seconds` the time to wait."""
    title = _("Przerwa techniczna")
    response = _answer(request, 503, title, "maintenance", needs_nothing=True, text=text)
    response["Retry-After"] = str(seconds)
    return response


class TooManyRequestsMiddleware:
    """Middleware that answers TooManyRequests with its page, or as an API does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer to what was done too often; None for any other exception."""
        if isinstance(exception, TooManyRequests):
            return too_many(request, exception.seconds)
        return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, without a query, since the database may be what is broken."""
    # What was only looked at can be asked for again; what was sent must not be sent twice without a thought.
    again = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response = _answer(
            request, 503, _("Portal jest chwilowo niedostępny"), needs_nothing=True, again=again
        )
        response["Retry-After"] = "10"
        return response
    return _answer(request, 500, _("Coś się nie udało po naszej stronie"), needs_nothing=True, again=again)


def wrong_method_page(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that gives 405, which Django leaves empty, its page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            page = _answer(request, 405, _("Tego adresu nie można tak otworzyć"))
            page["Allow"] = response.get("Allow", "")
            return page
        return response

    return middleware


def _answer(
    request: HttpRequest,
    status: int,
    title: str,
    name: str = "",
    *,
    needs_nothing: bool = False,
    **context: object,
) -> HttpResponse:
    if request.path.startswith("/services/") and not wants_page(request):
        return outside(status)
    if request.path.startswith("/api/"):
        return problems.response(request, status, name)
    if request.path.startswith(_FOR_PROGRAMS):
        return JsonResponse({"error": {"code": name or str(status), "message": title}}, status=status)
    if not needs_nothing:
        context |= _frame(request)
    page = render_to_string(
        f"errors/{name or status}.html",
        {"title": title, **context},
        request=None if needs_nothing else request,
    )
    # The frame names the signed-in user.
    return HttpResponse(page, status=status, headers={"Cache-Control": "private, no-store"})


def _frame(request: HttpRequest) -> dict[str, object]:
    """Return the frame of the page: the admin's, with a link to its front page, for errors within the admin."""
    user = getattr(request, "user", None)
    if request.path.startswith("/admin/") and user is not None and admin.site.has_permission(request):
        return {**admin.site.each_context(request), "frame": "admin/base_site.html", "office": True}
    return {"frame": "base.html"}
