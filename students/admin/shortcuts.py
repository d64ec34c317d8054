"""Shortcuts on the admin's front page to the pages of the daily work.

Any app may add its own. A page that this installation lacks, or that the user may not open, is left out.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from students.models import User


@dataclass(frozen=True)
class Shortcut:
    """A link: its label, the name of its address, the permission that it requires, and filters of a list."""

    label: StrOrPromise
    url_name: str
    permission: str
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str | None:
        """Return the address; None where the page does not exist."""
        try:
            return reverse(self.url_name, query=dict(self.filters) or None)
        except NoReverseMatch:
            return None

    def leads_to(self, request: HttpRequest) -> bool:
        """Return whether this page is shown; a list also in another order, or with more filters, but with these."""
        return reverse(self.url_name) == request.path and all(
            request.GET.get(name) == value for name, value in self.filters
        )


_shortcuts: list[Shortcut] = []


def add(label: StrOrPromise, url_name: str, permission: str, **filters: str) -> None:
    """Append a page to the front page; adding the same page again changes nothing."""
    if url_name not in {shortcut.url_name for shortcut in _shortcuts}:
        _shortcuts.append(Shortcut(label, url_name, permission, tuple(filters.items())))


def usable_by(user: User | AnonymousUser) -> list[Shortcut]:
    """Return the pages that `user` may open, in the order in which they were added."""
    return [shortcut for shortcut in _shortcuts if user.has_perm(shortcut.permission) and shortcut.url]
