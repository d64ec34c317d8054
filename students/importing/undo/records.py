"""Records of what an import changes: for each student the rows created, and the old and new values of the others."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models

from students.importing.changes import Differences, PendingChanges
from students.importing.job_kinds import UNDO
from students.job_undo import UNDO_WITHIN
from students.models import (
    CardExtension,
    Enrolment,
    Faculty,
    ImportedChange,
    Job,
    Programme,
    Student,
    StudentCard,
    User,
)

# Each before what it refers to: the order in which rows may be deleted.
MODELS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (CardExtension, StudentCard, Enrolment, Student, User, Programme, Faculty)
}


@dataclass
class Imported:
    """Changes that an import made of one student: keys of created rows by model, and changed rows.

    A change is a model, a key, and the columns with their old and new values as JSON has them.
    """

    created: dict[str, list[int]] = field(default_factory=dict)
    changed: list[tuple[str, int, dict[str, tuple[Any, Any]]]] = field(default_factory=list)

    def dump(self) -> str:
        """Return the record as JSON."""
        return json.dumps([self.created, self.changed])

    @classmethod
    def load(cls, text: str) -> "Imported":
        """Return the record that `dump` wrote."""
        created, changed = json.loads(text)
        return cls(
            created,
            [
                (model, pk, {name: (old, new) for name, (old, new) in fields.items()})
                for model, pk, fields in changed
            ],
        )


def record_changes(job: Job, changes: PendingChanges) -> None:
    """Record stored changes of a batch, inside its transaction."""
    found: defaultdict[int | None, Imported] = defaultdict(Imported)
    for row in changes.created():
        found[_student_of(row)].created.setdefault(_name(row), []).append(row.pk)
    for row, differences in changes.changed():
        found[_student_of(row)].changed.append((_name(row), row.pk, plain(row, differences)))
    ImportedChange.objects.bulk_create(
        [
            ImportedChange(job=job, student_id=student, changes=imported.dump())
            for student, imported in found.items()
        ],
        batch_size=1_000,
    )


def record_photos(job: Job, changes: Iterable[tuple[Student, Mapping[str, tuple[Any, Any]]]]) -> None:
    """Record the photos of students that a batch has replaced, inside its transaction."""
    ImportedChange.objects.bulk_create(
        [
            ImportedChange(
                job=job,
                student=student,
                changes=Imported(
                    changed=[(_name(student), student.pk, {"photo_id": fields["photo"]})]
                ).dump(),
                photo_before_id=fields["photo"][0],
            )
            for student, fields in changes
        ]
    )


def plain(row: models.Model, differences: Differences) -> dict[str, tuple[Any, Any]]:
    """Return old and new values by column, as JSON has them."""
    return {
        row._meta.get_field(name).attname: (as_json(old), as_json(new))  # type: ignore[union-attr]
        for name, (old, new) in differences.items()
    }


def as_json(value: Any) -> Any:
    """Return a value of a column as JSON has it."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def _name(row: models.Model) -> str:
    return row._meta.model_name or ""


def _student_of(row: models.Model) -> int | None:
    if isinstance(row, Student):
        return row.pk
    if isinstance(row, User):
        return row.student.pk
    if isinstance(row, CardExtension):
        return row.card.student_id
    return row.student_id if isinstance(row, Enrolment | StudentCard) else None


def delete_old_records(now: datetime) -> int:
    """Delete the records of imports that cannot be undone any more; return how many.

    Those of imports that may go on are kept, which are undone as a whole after that, and those whose undo has begun and
    may go on.
    """
    going_on = Job.objects.filter(kind=UNDO).exclude(state=Job.State.DONE)
    going_on = going_on.exclude(pk__in=Job.objects.over_for_good(now).values("pk"))
    needed = [parameters["import"] for parameters in going_on.values_list("parameters", flat=True)]
    old = ImportedChange.objects.filter(job__finished_at__lte=now - UNDO_WITHIN).exclude(job__in=needed)
    return old.exclude(job__in=Job.objects.resumable(now)).delete()[0]
