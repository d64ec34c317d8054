"""What other apps add to the admin of students, which knows nothing of them: filters, and tables for one student."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from students.admin.filters import ValidatedFilter
from students.models import Student


@dataclass(frozen=True)
class SectionRow:
    """One row of a table; with `url`, its first cell leads there."""

    cells: Sequence[object]
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A table on a student's page; `nothing` is said where it has no rows."""

    title: StrOrPromise
    columns: Sequence[StrOrPromise]
    rows: Sequence[SectionRow]
    nothing: StrOrPromise


# Makes the section for whoever asks, in a number of queries that does not grow; None where that is not for them to see.
MakeSection = Callable[[HttpRequest, Student], Section | None]
F = TypeVar("F", bound=type[ValidatedFilter])

_filters: list[type[ValidatedFilter]] = []
_sections: list[MakeSection] = []


def student_filter(added: F) -> F:
    """Add a filter to the list of students; a decorator."""
    _filters.append(added)
    return added


def student_section(added: MakeSection) -> MakeSection:
    """Add a table to a student's page; a decorator."""
    _sections.append(added)
    return added


def filters() -> tuple[type[ValidatedFilter], ...]:
    """Return the filters that were added."""
    return tuple(_filters)


def sections(request: HttpRequest, student: Student) -> list[Section]:
    """Make the tables that were added, as far as whoever asks may see them."""
    made = (make(request, student) for make in _sections)
    return [section for section in made if section is not None]
