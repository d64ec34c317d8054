"""Parts of a job's page that its type provides: buttons, and examples of what it writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise


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
