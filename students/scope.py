"""Faculty scope: a clerk sees the students who are, or were, enrolled at the clerk's faculties."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from students.models.studies import Enrolment, Faculty

if TYPE_CHECKING:
    from students.models.people import User

EVERY_FACULTY = "students.view_every_faculty"


def sees_every_faculty(user: "User | AnonymousUser") -> bool:
    """Return whether `user` sees all faculties."""
    return bool(user.has_perm(EVERY_FACULTY))


def in_scope(user: "User | AnonymousUser", student: str = "pk") -> Q:
    """Return the condition that a row's student is within the faculties of `user`.

    `student` is the path from the row to the student's key. Permissions are not checked.
    """
    if sees_every_faculty(user):
        return Q()
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(Exists(Enrolment.objects.filter(student=OuterRef(student), programme__faculty__clerks=user)))


def within_faculties(user: "User | AnonymousUser", faculty: str = "pk") -> Q:
    """Return the condition that a row's faculty is one of those of `user`; `faculty` is the path to its key."""
    if sees_every_faculty(user):
        return Q()
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(**{f"{faculty}__in": Faculty.objects.filter(clerks=user).values("pk")})
