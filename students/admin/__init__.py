"""The admin of accounts, students, their studies, cards and photos."""

from students.admin import (
    accounts,
    audit,
    cards,
    enrolments,
    importing,
    jobs,
    looks,
    people,
    periodic,
    photos,
    student_finder,
    studies,
)

__all__ = [
    "accounts",
    "audit",
    "cards",
    "enrolments",
    "importing",
    "jobs",
    "looks",
    "people",
    "periodic",
    "photos",
    "student_finder",
    "studies",
]
