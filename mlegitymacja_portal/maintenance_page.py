"""Middleware of maintenance: a page for people, an answer in the form of each API for programs; 503 with
Retry-After."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mlegitymacja_portal import errors
from operations import maintenance
from operations.admin.technician import RUN

# Who may switch it off has to be able to sign in; the language is everybody's.
_OPEN = (
    "/logowanie/",
    "/wylogowanie/",
    "/konto/drugi-skladnik/",
    "/admin/login/",
    "/admin/logout/",
    "/jezyk/",
    "/static/",
)


class MaintenanceMiddleware:
    """Middleware that answers instead of the portal while maintenance is on. It costs no query of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request."""
        current = maintenance.current()
        if current is None or request.path.startswith(_OPEN) or _may_go_on(request):
            return self.get_response(request)
        return errors.under_maintenance(request, maintenance.text(current), maintenance.RETRY_AFTER)


def _may_go_on(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.is_staff and user.has_perm(RUN)
