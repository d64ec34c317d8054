"""The audit log: who did what to which student or card, from where, when.

django-auditlog writes an entry for each row that is saved. What it cannot see is written here: looks at what is
protected, and changes of many rows at once. An entry never holds a PESEL or a code.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from students.models import Enrolment, Faculty, Programme, Student, StudentCard, User

HIDDEN = "•••••"


def hide(_value: str) -> str:
    """Stand in the log for a value that nobody may read there; that it changed is still seen."""
    return HIDDEN


def register() -> None:
    """Have every change of these models logged; called once, when the apps are ready."""
    masked = {"mask_callable": "students.audit.hide"}
    auditlog.register(Student, mask_fields=["pesel"], exclude_fields=["pesel_index", "search_name"], **masked)
    auditlog.register(
        StudentCard, mask_fields=["holder_pesel"], exclude_fields=["holder_pesel_index"], **masked
    )
    for model in (Enrolment, Faculty, Programme):
        auditlog.register(model)
    auditlog.register(
        User,
        mask_fields=["password"],
        exclude_fields=["last_login"],
        m2m_fields={"groups", "faculties", "user_permissions"},
        **masked,
    )


def record_look(instance: models.Model, what: str) -> None:
    """Note that the present user has looked at `what` (say, "pesel") of `instance`."""
    LogEntry.objects.log_create(
        instance, force_log=True, action=LogEntry.Action.ACCESS, additional_data={"seen": what}
    )


def record_changes(changes: Iterable[tuple[models.Model, Mapping[str, tuple[Any, Any]]]]) -> None:
    """Note changes of many rows with one INSERT: for each row, the fields with their old and new values.

    Who and from where comes from the request, or from the background job, that is under way.
    """
    _record(LogEntry.Action.UPDATE, changes)


def record_creations(rows: Iterable[models.Model]) -> None:
    """Note that many rows are new, as `record_changes` does for changes; empty fields are left out."""
    _record(LogEntry.Action.CREATE, ((row, _filled(row)) for row in rows))


def _filled(row: models.Model) -> dict[str, tuple[Any, Any]]:
    excluded = auditlog.get_model_fields(type(row))["exclude_fields"]
    fields = {field.name: row.__dict__.get(field.attname) for field in row._meta.concrete_fields}
    return {
        name: (None, value)
        for name, value in fields.items()
        if value not in (None, "") and name not in excluded
    }


def _record(action: int, changes: Iterable[tuple[models.Model, Mapping[str, tuple[Any, Any]]]]) -> None:
    context = auditlog_value.get({})
    actor = context.get("actor")
    now = timezone.now()
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                content_type=ContentType.objects.get_for_model(row),
                object_pk=str(row.pk),
                object_id=row.pk if isinstance(row.pk, int) else None,
                object_repr=str(row),
                action=action,
                changes=_shown(row, fields),
                actor=actor if isinstance(actor, User) else None,
                actor_email=actor.email if isinstance(actor, User) else None,
                remote_addr=context.get("remote_addr"),
                timestamp=now,
            )
            for row, fields in changes
        ],
        batch_size=1_000,
    )


def _shown(row: models.Model, fields: Mapping[str, tuple[Any, Any]]) -> dict[str, list[str]]:
    """Write the values as text, those that `register` masks hidden."""
    model = type(row)
    masked = auditlog.get_model_fields(model)["mask_fields"] if auditlog.contains(model) else ()
    return {
        field: [HIDDEN, HIDDEN] if field in masked else [str(old), str(new)]
        for field, (old, new) in fields.items()
    }
