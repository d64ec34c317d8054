"""Parts of a job's page: how it asks for itself again, and what its type provides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

ASKED_BY_ITSELF = "samo"  # in the address: an open page has asked for it, not a person


def asks_again(request: HttpRequest) -> str:
    """Return the address, as a query, at which a page asks for itself once more."""
    query = request.GET.copy()
    query[ASKED_BY_ITSELF] = "1"
    return f"?{query.urlencode()}"


@dataclass(frozen=True)
class JobAction:
    """A button on a job's page that posts to `url`; `help` says what it does, `is_danger` that it takes something."""

    label: StrOrPromise
    url: str
    help: StrOrPromise = ""
    is_danger: bool = False


@dataclass(frozen=True)
class Sample:
    """An example of what a job writes, in a language: it stands on the job's page."""

    heading: StrOrPromise
    language: str
    subject: str
    paragraphs: Sequence[str]
