"""The lock that stands before everything that changes what a student has a right to."""

from collections.abc import Iterable

from students.models import Student


def lock_students(ids: Iterable[int]) -> list[int]:
    """Hold the rows of these students until the present transaction ends; return the keys of those that exist.

    An order is placed under the same lock, so it sees what gives a right before the change or after it, and the change
    finds every order placed before. Everybody locks in the order of the keys, so that two who lock many students
    never wait for each other in a circle.
    """
    rows = Student.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
