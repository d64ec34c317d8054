"""Dean's office of a student: the faculty whose contacts are given wherever one is sent to it."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from students.models import Enrolment, Faculty, Student, User
from students.models.contacts import CONTACTS

_SHOWN = ("name", "name_en", *CONTACTS)


def office_columns(today: date, student: str = "pk") -> Subquery:
    """Return the expression for the columns of a student's faculty, as `office_from` reads them.

    `student` is the path to the student from the row that is asked about, a Student itself by default.

    Of several the one of the studies that give a right to an mLegitymacja, then of others that go on, then the one of
    those begun last. NULL for those without studies.
    """
    current = Enrolment.objects.current(today).filter(pk=OuterRef("pk"))
    studies = Enrolment.objects.filter(student=OuterRef(student)).annotate(
        gives_right=Exists(current.entitling()), goes_on=Exists(current)
    )
    columns = JSONObject(**{name: F(f"programme__faculty__{name}") for name in _SHOWN})
    ranked = studies.order_by("-gives_right", "-goes_on", "-started_on", "pk")
    return Subquery(ranked.values_list(columns)[:1])


def office_from(columns: dict[str, Any] | None) -> Faculty | None:
    """Return the faculty, not for storing, that `office_columns` found."""
    return Faculty(**columns) if columns else None


def office_of(user: User) -> Faculty | None:
    """Return the faculty of the student with this account, with one query; None for anybody else."""
    found = Student.objects.of_user(user).values_list(office_columns(timezone.localdate()))
    return office_from(next(iter(found), (None,))[0])


def offices() -> list[Faculty]:
    """Return the faculties whose dean's office has contacts, with one query, by name."""
    given = Q()
    for name in CONTACTS:
        given |= ~Q(**{name: ""})
    return list(Faculty.objects.filter(given).order_by("name"))
