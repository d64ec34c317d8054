"""Registry of what other apps add to the admin of students: filters and columns, tables and buttons of the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from students.admin.columns import Column
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


@dataclass(frozen=True)
class Button:
    """A link that looks like a button, on a student's page; `is_danger` where it takes something away."""

    label: StrOrPromise
    url: str
    is_danger: bool = False


# Gets a student fetched `with_conditions`.
# Returns the button in a constant number of queries; None where the user may not press it, or it would do nothing.
MakeButton = Callable[[HttpRequest, Student], Button | None]
F = TypeVar("F", bound=type[ValidatedFilter])

_filters: list[type[ValidatedFilter]] = []
_sections: list[MakeSection] = []
_columns: list[Column] = []
_buttons: list[MakeButton] = []


def student_filter(added: F) -> F:
    """Register a filter of the list of students; a decorator."""
    _filters.append(added)
    return added


def student_section(added: MakeSection) -> MakeSection:
    """Register a function that makes a section of a student's page; a decorator."""
    _sections.append(added)
    return added


def student_button(added: MakeButton) -> MakeButton:
    """Register a function that makes a button of a student's page; a decorator."""
    _buttons.append(added)
    return added


def student_column(added: Column) -> None:
    """Register a column of the list of students."""
    _columns.append(added)


def filters() -> tuple[type[ValidatedFilter], ...]:
    """Return the registered filters."""
    return tuple(_filters)


def columns() -> tuple[Column, ...]:
    """Return the registered columns."""
    return tuple(_columns)


def sections(request: HttpRequest, student: Student) -> list[Section]:
    """Return the sections that the user may see."""
    made = (make(request, student) for make in _sections)
    return [section for section in made if section is not None]


def buttons(request: HttpRequest, student: Student) -> list[Button]:
    """Return the buttons that the user may press."""
    made = (make(request, student) for make in _buttons)
    return [button for button in made if button is not None]
