"""Quick search: one box on every page of the admin that finds students, and what other apps add.

What is typed may be a PESEL, so it is sent by POST and stands in no address. Without JavaScript the box is a form that
leads to a page of results; with it, `static/admin-search.js` asks the same address for JSON.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from students.models import User

SEARCH = "q"
TEMPLATE = "admin/search/results.html"
SHORTEST = 2  # characters; one letter finds a third of a university
OFFERED = 8  # of each kind, below the box
LISTED = 50  # of each kind, on the page of results


@dataclass(frozen=True)
class Hit:
    """A row found: its name, what tells it from its namesakes, and its page."""

    name: str
    details: str
    url: str


@dataclass(frozen=True)
class Hits:
    """Rows of one kind that were found, as a group with a label; `more` where there are further ones."""

    label: StrOrPromise
    hits: Sequence[Hit]
    more: bool = False


# Returns at most so many rows that the user may see, in a constant number of queries; None without the permission.
Finder = Callable[[User, str, int], Hits | None]
_finders: list[Finder] = []


def finder(added: Finder) -> Finder:
    """Register a function that finds rows; a decorator. Registering the same again changes nothing."""
    if added not in _finders:
        _finders.append(added)
    return added


def find(user: User, text: str, most: int) -> list[Hits]:
    """Return the groups in which something was found, at most `most` rows of each."""
    if len(text) < SHORTEST or "\0" in text:
        return []
    found = (each(user, text, most) for each in _finders)
    return [group for group in found if group is not None and group.hits]


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters(SEARCH)
@sensitive_variables()
def search(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Answer a POST with what was found, as JSON or as a page; a single row found is shown at once.

    GET shows the page with an empty box.
    """
    user, text = request.user, request.POST.get(SEARCH, "").strip()
    assert isinstance(user, User)  # noqa: S101 -- the admin has asked who it is
    as_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    groups = find(user, text, OFFERED if as_json else LISTED)
    number = sum(len(group.hits) for group in groups)
    if as_json:
        return JsonResponse({"groups": [_as_json(group) for group in groups], "status": _status(number)})
    if number == 1:
        return redirect(groups[0].hits[0].url)
    context = {
        **site.each_context(request),
        "title": _("Szukaj"),
        "groups": groups,
        "text": text,
        "status": _status(number) if text else "",
        "too_short": bool(text) and len(text) < SHORTEST,
    }
    return TemplateResponse(request, TEMPLATE, context)


def _as_json(group: Hits) -> dict[str, Any]:
    return {
        "label": str(group.label),
        "hits": [asdict(hit) for hit in group.hits],
        "more": _("Są też inne: Enter pokaże więcej.") if group.more else "",
    }


def _status(number: int) -> str:
    return _("Znaleziono: %(number)s.") % {"number": number} if number else _("Nic nie znaleziono.")
