"""Cards of students who study, ready to be extended, and clerks who may do it."""

from typing import Any

from students.models import Level, Programme, Student, StudentCard
from tests.students.factories import make_card, make_enrolment, make_student


def make_card_in_use(
    programme: Programme | None = None, level: str = Level.FIRST_CYCLE, **card: Any
) -> StudentCard:
    """Give a new active student a card; `programme` or `level` say what is studied."""
    return make_card(make_holder(programme, level), **card)


def make_holder(
    programme: Programme | None = None, level: str = Level.FIRST_CYCLE, **student: Any
) -> Student:
    """Make a student who studies; no card yet."""
    holder = make_student(photo=None, **student)
    make_enrolment(holder, level, **({"programme": programme} if programme else {}))
    return holder
