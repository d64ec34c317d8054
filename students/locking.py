"""Row locks of students, taken before every change of what gives them a right."""

from collections.abc import Iterable

from students.models import Student


def lock_students(ids: Iterable[int]) -> list[int]:
    """Lock the rows of these students until the transaction ends; return the keys of those that exist.

    An order is placed under the same lock, so it sees the state before or after the change, and the change finds
    every order placed before. Rows are locked in the order of their keys, which excludes deadlocks.
    """
    rows = Student.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
