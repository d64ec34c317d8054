"""Middleware of sessions: the user, the idle end, the cookie of a known device."""

from collections.abc import Callable

from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import devices, second_factor
from accounts.sessions import SessionStore
from students.job_pages import ASKED_BY_ITSELF
from students.models import User


class UserMiddleware(AuthenticationMiddleware):
    """Django's AuthenticationMiddleware; who has yet to set up a second factor is nobody but where that is done."""

    def process_request(self, request: HttpRequest) -> None:
        """Set `request.user`, looked up when it is first read."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    user = get_user(request)
    if not isinstance(user, User) or second_factor.MISSING not in request.session:
        return user if isinstance(user, User) else AnonymousUser()
    match = request.resolver_match
    is_open = match is not None and match.url_name in second_factor.OPEN_WITHOUT
    return user if is_open else AnonymousUser()


class SessionUseMiddleware:
    """Note the use of a session, unless an open page asked by itself: htmx says so in a header, a job's page in its
    address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request; note the use after it."""
        response = self.get_response(request)
        session = request.session
        by_itself = "HX-Request" in request.headers or ASKED_BY_ITSELF in request.GET
        if isinstance(session, SessionStore) and not by_itself:
            session.note_use(timezone.now())
        devices.write_cookie(request, response)
        return response
