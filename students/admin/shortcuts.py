"""The pages that the staff need every day, as big links on the admin's front page.

Any app may add its own. A page that this installation does not have, or that the user may not use, is left out.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from students.models import User


@dataclass(frozen=True)
class Shortcut:
    """A link to a page: what one does there, the name of its address, and the permission that it takes."""

    label: StrOrPromise
    url_name: str
    permission: str

    @property
    def url(self) -> str | None:
        """Where the page is; None where there is no such page."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


_shortcuts: list[Shortcut] = []


def add(label: StrOrPromise, url_name: str, permission: str) -> None:
    """Put a page on the front page, after those that are there; adding the same page again changes nothing."""
    if url_name not in {shortcut.url_name for shortcut in _shortcuts}:
        _shortcuts.append(Shortcut(label, url_name, permission))


def usable_by(user: User | AnonymousUser) -> list[Shortcut]:
    """Return the pages that `user` may use, in the order in which they were added."""
    return [shortcut for shortcut in _shortcuts if user.has_perm(shortcut.permission) and shortcut.url]
