"""The floor of each request: the least that Django and Django REST framework do for one like it.

A process that serves these and nothing else: sessions, accounts, one row, an answer of the same size. Sessions and
accounts are asked for as Django does it, not by our prepared queries: a floor that becomes cheaper with the portal
would show no progress.
"""

from datetime import date
from functools import cache
from typing import Any, cast
from uuid import uuid4

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.template import Context, Template, engines
from django.urls import path
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import sessions
from accounts.session_models import Session
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student, User

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "script.lib.costs.floors.UserMiddleware",
]
SESSION_ENGINE = "script.lib.costs.floors"
ANSWERS: dict[str, Any] = {}  # what ours answer, by the name of the floor that answers as much


class SessionStore(sessions.SessionStore):
    """The portal's sessions, found by a queryset as Django's `DatabaseStore` does."""

    def _get_session_from_db(self) -> Session | None:
        key = sessions.hash_of(self.session_key or "")
        return Session.objects.filter(pk=key, expire_date__gt=timezone.now()).first()


class UserMiddleware(AuthenticationMiddleware):
    """Django's AuthenticationMiddleware with Django's `ModelBackend`."""

    def process_request(self, request: HttpRequest) -> None:
        """Set `request.user`, looked up when it is first read."""
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    session = request.session
    user = ModelBackend().get_user(int(session[SESSION_KEY])) if SESSION_KEY in session else None
    known = user is not None and constant_time_compare(
        session[HASH_SESSION_KEY], user.get_session_auth_hash()
    )
    return cast(User, user) if known else AnonymousUser()


@cache
def _template(name: str) -> Template:
    text = ANSWERS[name].replace("{", "(")  # nothing in it is a tag
    django: Any = engines["django"]
    return django.engine.from_string(text + "{{ student.full_name }}")  # type: ignore[no-any-return]


def _student(request: HttpRequest) -> Student:
    return Student.objects.defer("pesel").get(user=cast(User, request.user))


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a page as long as ours, and one row in it."""
    return HttpResponse(_template(name).render(Context({"student": _student(request)})))


def form(request: HttpRequest) -> HttpResponse:
    """Answer whoever asks with a page as long as that of the sign-in."""
    return HttpResponse(_template("sign-in").render(Context({"student": request.user})))


def sign_in(request: HttpRequest) -> HttpResponse:
    """Find an account by its login, write one session, and lead on."""
    user = User.objects.get(username=request.POST["username"])
    request.session.cycle_key()
    request.session["account"] = user.pk
    return redirect("page", name="page")


def unchanged(request: HttpRequest) -> HttpResponse:
    """Answer that nothing has changed."""
    _student(request)
    return HttpResponseNotModified()


def insert(request: HttpRequest) -> HttpResponse:
    """Insert one order, and lead on to the page."""
    student = _student(request)
    Order.objects.create(
        id=uuid4(),
        student=student,
        status=Status.LAPSED,
        created_at=timezone.now(),
        valid_until=date(2030, 1, 1),
        album_number="1",
    )
    return redirect("page", name="page")


class Bare(APIView):
    """Answers with as much as ours, and one row in it."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, name: str) -> Response:
        """Answer."""
        return Response({"student": _student(request._request).pk, "answer": ANSWERS[name]})


urlpatterns = [
    path("page/<str:name>/", page, name="page"),
    path("form/", form),
    path("sign-in/", sign_in),
    path("unchanged/", unchanged),
    path("insert/", insert),
    path("api/<str:name>/", Bare.as_view()),
]
