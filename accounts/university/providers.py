"""The university's sign-in as pages offer it."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Provider:
    """A sign-in of the university: the words of its button, and where that leads."""

    label: str
    url: str


def active() -> list[Provider]:
    """Return the university's sign-in (setting UNIVERSITY_SIGN_IN); an empty list without one."""
    if not settings.UNIVERSITY_SIGN_IN:
        return []
    label = settings.UNIVERSITY_SIGN_IN_LABEL or _("Zaloguj się przez uczelnię")
    return [Provider(label, reverse("university_sign_in"))]
