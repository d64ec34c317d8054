"""Record of looks at students' data by others than themselves: who, at whom or at which list, when, from where.

One INSERT after the answer is made, whatever a page shows; looking again at the same within ten minutes is the same
look. A list is one look with its filter and length. What a person changed stands in the audit log.
"""

from typing import Any

from auditlog.context import auditlog_value
from django.db import models
from django.utils import timezone

from students.models import Look, Student, User
from students.models.looks import LONGEST_FILTER, slot_of

_DEEPEST = 3  # relations from a row to its student: an extension, its card, its student


def record(
    what: Look.What,
    shown: str,
    *,
    actor: User | None,
    program: str = "",
    student: int | None = None,
    filter: str = "",
    rows: int | None = None,
) -> None:
    """Record one look at the student with this key, or at a list.

    An account that is not staff's is shown itself only, which is no look.
    """
    if actor is not None and not actor.is_staff:
        return
    now = timezone.now()
    look = Look(
        at=now,
        slot=slot_of(now),
        actor=actor,
        program=program[:100],
        student_id=student,
        what=what,
        shown=shown[:200],
        filter=filter.replace("\0", "")[:LONGEST_FILTER],
        rows=rows,
        remote_addr=auditlog_value.get({}).get("remote_addr"),
    )
    Look.objects.bulk_create([look], ignore_conflicts=True)


def student_of(row: Any) -> int | None:
    """Return the key of the student whom a row is about, or None: the row itself, or what it refers to."""
    for _step in range(_DEEPEST):
        if isinstance(row, Student):
            return row.pk
        if not isinstance(row, models.Model):
            return None
        if isinstance(row, User):
            return Student.objects.filter(user=row).values_list("pk", flat=True).first()
        if (key := getattr(row, "student_id", None)) is not None:
            return int(key)
        row = next(
            (getattr(row, name, None) for name in ("student", "card", "order") if hasattr(row, name)), None
        )
    return None
