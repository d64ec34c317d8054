"""Registry of what other apps add to the admin of students: filters, and tables on a student's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from students.admin.filters import ValidatedFilter
from students.models import Student


@dataclass(frozen=True)
class SectionRow:
    """A row of a section; `url` links its first cell."""

    cells: Sequence[object]
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A table on a student's page; `nothing` is its text when there are no rows."""

    title: StrOrPromise
    columns: Sequence[StrOrPromise]
    rows: Sequence[SectionRow]
    nothing: StrOrPromise


# Returns the section in a constant number of queries; None where the user may not see it.
MakeSection = Callable[[HttpRequest, Student], Section | None]
F = TypeVar("F", bound=type[ValidatedFilter])

_filters: list[type[ValidatedFilter]] = []
_sections: list[MakeSection] = []


def student_filter(added: F) -> F:
    """Register a filter of the list of students; a decorator."""
    _filters.append(added)
    return added


def student_section(added: MakeSection) -> MakeSection:
    """Register a function that makes a section of a student's page; a decorator."""
    _sections.append(added)
    return added


def filters() -> tuple[type[ValidatedFilter], ...]:
    """Return the registered filters."""
    return tuple(_filters)


def sections(request: HttpRequest, student: Student) -> list[Section]:
    """Return the sections that the user may see."""
    made = (make(request, student) for make in _sections)
    return [section for section in made if section is not None]
