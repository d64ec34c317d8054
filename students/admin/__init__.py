"""The admin of accounts, students, their studies, cards and photos."""

from students.admin import (
    accounts,
    audit,
    card_list_jobs,
    cards,
    enrolments,
    importing,
    jobs,
    looks,
    people,
    periodic,
    photos,
    saved_filters,
    student_finder,
    studies,
)

__all__ = [
    "accounts",
    "audit",
    "card_list_jobs",
    "cards",
    "enrolments",
    "importing",
    "jobs",
    "looks",
    "people",
    "periodic",
    "photos",
    "saved_filters",
    "student_finder",
    "studies",
]
