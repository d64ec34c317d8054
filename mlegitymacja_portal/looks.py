"""Middleware that records what staff see of students in the admin and of their photos.

Everything in the admin is recorded unless it is known to show nobody: a page that is added later is recorded too.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from students import looks
from students.job_pages import ASKED_BY_ITSELF
from students.models import Look, Student, User

_OFFICE = "/admin/"
_PHOTOS = "/zdjecia/"
# Names of addresses that show nobody: signing in and out, one's own password, the catalogue of words.
_ABOUT_NOBODY = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "app_list",
    "view_on_site",
    "technician",
}
# Models in whose pages and lists no student is named.
_WITHOUT_PEOPLE = {
    *("students.faculty", "students.programme", "students.periodictask", "auth.group", "mdocs.breaker"),
    "mdocs.reconciliation",
    *("api.endpoint", "api.delivery", "usos_api.consumer", "notifications.pushservice"),
    "operations.alarm",
}
# Of a list's address: which page of it, and what the admin adds for itself.
_NO_FILTER = {ASKED_BY_ITSELF, "p", "o", "_changelist_filters", "_popup", "_to_field", "csrfmiddlewaretoken"}


class LooksMiddleware:
    """Middleware that records the look when the answer is made, before it is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Handle the request, and record what its answer showed."""
        response = self.get_response(request)
        user = request.user
        if (
            response.status_code == 200
            and request.path.startswith((_OFFICE, _PHOTOS))
            and isinstance(user, User)
            and request.resolver_match is not None
        ):
            _record(request, response, user, request.resolver_match.url_name or "")
        return response


def _record(request: HttpRequest, response: HttpResponseBase, user: User, name: str) -> None:
    assert request.resolver_match is not None  # noqa: S101 -- asked for before
    found = request.resolver_match.kwargs
    if request.path.startswith(_PHOTOS):
        looks.record(Look.What.PHOTO, "photo", actor=user, student=found["student_id"])
        return
    shown = getattr(response, "context_data", None) or {}
    meta = getattr(shown.get("opts"), "label_lower", "")
    if name in _ABOUT_NOBODY or meta in _WITHOUT_PEOPLE:
        return
    student = _student_shown(shown, found)
    if student is not None:
        looks.record(Look.What.PAGE, name, actor=user, student=student)
        return
    listed = shown.get("cl")
    query = request.GET.copy()
    for left_out in _NO_FILTER & query.keys():
        del query[left_out]
    looks.record(
        Look.What.LIST,
        name,
        actor=user,
        filter=query.urlencode(),
        rows=listed.result_count if listed is not None else None,
    )


def _student_shown(shown: dict[str, Any], found: dict[str, Any]) -> int | None:
    """Return the key of the one student whom a page is about, by what it shows or by its address."""
    for name in ("original", "student", "card", "order", "object"):
        if (student := looks.student_of(shown.get(name))) is not None:
            return student
    key = found.get("student_id")
    return Student.objects.filter(pk=key).values_list("pk", flat=True).first() if key is not None else None
