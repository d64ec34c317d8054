"""Restoring of what an import changed, a batch of students at a time, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from auditlog.context import disable_auditlog
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from students import audit_log, signals
from students.bulk_rows import update_rows
from students.importing.forecasts import forecast
from students.importing.undo.plans import TAKEN, WOULD_END, Plan, Present, make_plan
from students.importing.undo.records import MODELS, Imported
from students.locking import lock_students
from students.models import CardExtension, ImportedChange, Job, Student, StudentCard, User

_ORDER = list(MODELS.values())


class _EndsDocuments(Exception):
    """The plans would end documents of these students."""

    def __init__(self, students: set[int]) -> None:
        self.students = students


def undo_students(
    imported: Job,
    students: Sequence[int | None],
    *,
    by: User | None,
    programmes_in_use: Collection[int] = (),
    rehearsing: bool = False,
) -> list[Plan]:
    """Undo, inside a transaction, what an import changed of these students; return what was done and left.

    None stands for the catalogue, which comes last: `programmes_in_use` are those that the batches before it left in
    use. `rehearsing`, nothing is logged, and the catalogue is only planned: what the batches before have removed is
    there again. Rows are locked in the order of all changes: students, then what belongs to them.
    """
    keys = [student for student in students if student is not None]
    lock_students(keys)
    list(
        User.objects.filter(student__in=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk")
    )
    wanted = models.Q(student__in=keys) | (
        models.Q(student=None) if None in students else models.Q(pk__in=[])
    )
    records: defaultdict[int | None, list[Imported]] = defaultdict(list)
    for record in ImportedChange.objects.filter(wanted, job=imported).order_by("pk"):
        records[record.student_id].append(Imported.load(record.changes))
    of_all = [one for records_of_one in records.values() for one in records_of_one]
    present = Present(of_all, imported.audit_id, programmes_in_use)
    people = Student.objects.in_bulk(keys)
    plans = [
        make_plan(people.get(student) if student else None, records[student], present)
        for student in students
        if student in records
    ]
    if not rehearsing or keys:
        _carry_out_what_can_be(plans, records)
    if not rehearsing:
        _log_and_signal(plans, by)
    return plans


def _carry_out_what_can_be(plans: list[Plan], records: dict[int | None, list[Imported]]) -> None:
    """Carry the plans out; one that would end a document, or clashes with another student's number, is left."""
    keys = [plan.student.pk for plan in plans if plan.student]
    losing = {ending.student for ending in forecast(keys)}
    singly = False
    while True:
        try:
            with transaction.atomic():
                if singly:
                    _carry_out_singly(plans, records)
                else:
                    _carry_out(plans, records)
                if ending := {found.student for found in forecast(keys)} - losing:
                    raise _EndsDocuments(ending)
            break
        except _EndsDocuments as would:
            for plan in plans:
                if plan.student and plan.student.pk in would.students:
                    plan.leave_all(WOULD_END)
        except IntegrityError:
            singly = True


def _carry_out_singly(plans: list[Plan], records: dict[int | None, list[Imported]]) -> None:
    """Carry the plans out one after the other; what clashes with somebody else's number is left."""
    for plan in plans:
        try:
            with transaction.atomic():
                _carry_out([plan], records)
        except IntegrityError:
            plan.leave_all(TAKEN)


def _carry_out(plans: Sequence[Plan], records: dict[int | None, list[Imported]]) -> None:
    with disable_auditlog():
        removed = [row for plan in plans for row in plan.removed]
        extensions = [
            pk
            for plan in plans
            if plan.student
            for one in records[plan.student.pk]
            for pk in one.created.get("cardextension", ())
        ]
        cards = [row.pk for plan in plans for row, fields in plan.restored if "valid_until" in fields]
        CardExtension.objects.filter(pk__in=extensions, card__in=cards, undone_at=None).update(
            undone_at=timezone.now()
        )
        for model in _ORDER:  # each before what it refers to
            if pks := [row.pk for row in removed if type(row) is model]:
                model._base_manager.filter(pk__in=pks).delete()
        alike: defaultdict[tuple[Any, ...], list[models.Model]] = defaultdict(list)
        for plan in plans:
            for row, fields in plan.restored:
                for column, (_new, old) in fields.items():
                    setattr(row, column, _value(row, column, old))
                alike[type(row), *sorted(fields)].append(row)
        for (model, *columns), rows in alike.items():
            update_rows(model, rows, [model._meta.get_field(column).name for column in columns])


def _value(row: models.Model, column: str, value: Any) -> Any:
    field: Any = row._meta.get_field(column)
    return (field.target_field if field.remote_field else field).to_python(value)


def _log_and_signal(plans: Sequence[Plan], by: User | None) -> None:
    audit_log.record_changes(
        (row, {row._meta.get_field(column).name: both for column, both in fields.items()})
        for plan in plans
        for row, fields in plan.restored
    )
    removed = [row for plan in plans for row in plan.removed]
    audit_log.record_deletions(removed)
    gone = {row.pk for row in removed if isinstance(row, Student)}
    changed = [
        plan.student.pk
        for plan in plans
        if plan.student and plan.student.pk not in gone and (plan.restored or plan.removed)
    ]
    if changed:
        signals.send_after_commit(signals.students_changed, changed, by=by)
    extended = [
        row.pk
        for plan in plans
        for row, fields in plan.restored
        if isinstance(row, StudentCard) and "ended_on" in fields
    ]
    if extended:
        signals.send_after_commit(signals.cards_extended, extended, by=by)
