"""Audit log: who did what to which student or card, from which address, when.

django-auditlog writes an entry for each saved row. Recorded here is what it cannot see: access to protected data, and
bulk changes. An entry never holds a PESEL or a code.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from auditlog.cid import get_cid
from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.bulk_rows import copy_rows
from students.models import Enrolment, Faculty, Programme, Student, StudentCard, User

HIDDEN = "•••••"
_OF_A_ROW = ("content_type", "object_pk", "object_id", "object_repr", "changes")

# What the codes in an entry's additional data mean; other apps add theirs.
LABELS: dict[str, StrOrPromise] = {
    "pesel": _("cały PESEL"),
    "erased": _("usunięto dane osobowe"),
    "data_copy": _("kopia danych dla studenta"),
}


def register_labels(words: Mapping[str, StrOrPromise]) -> None:
    """Register the labels of an app's codes in the log; called when the apps are ready."""
    LABELS.update(words)


def hide(_value: str) -> str:
    """Return the placeholder for a masked value; that it changed is still visible."""
    return HIDDEN


def register() -> None:
    """Register the audited models; called once, when the apps are ready."""
    _register(Student, masked=["pesel"], left_out={"pesel_index", "search_name"})
    _register(StudentCard, masked=["holder_pesel"], left_out={"holder_pesel_index", "ended_by_job"})
    for model in (Enrolment, Faculty, Programme):
        _register(model)
    rights = {"groups", "faculties", "user_permissions"}
    _register(
        User, masked=["password"], left_out={"last_login", "language", "student_columns"}, m2m_fields=rights
    )


def _register(
    model: type[models.Model], *, masked: Iterable[str] = (), left_out: Iterable[str] = (), **options: Any
) -> None:
    """Register the columns of a model. By default the library would also log reverse relations of a new row."""
    columns = [field.name for field in model._meta.concrete_fields]
    auditlog.register(
        model,
        include_fields=[name for name in columns if name not in set(left_out)],
        mask_fields=list(masked),
        mask_callable="students.audit_log.hide",
        **options,
    )


def record_access(instance: models.Model, what: str, *, called: str = "") -> None:
    """Record that the current user has viewed `what` (say, "pesel") of `instance`.

    `called` replaces the instance's text in the log.
    """
    LogEntry.objects.log_create(
        instance,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        additional_data={"seen": what},
        **({"object_repr": called} if called else {}),
    )


class AuditedAction(NamedTuple):
    """An action of `by` on `instance`, named `called` in the log, that is more than changed fields.

    `done` and `detail` are codes in `LABELS`, or plain text; `changes` holds old and new values.
    """

    instance: models.Model
    called: str
    done: str
    by: User
    changes: Mapping[str, tuple[str, str]]
    detail: str = ""


def record_actions(actions: Iterable[AuditedAction]) -> None:
    """Record actions with one INSERT; the address is read as in `record_changes`."""
    entries = []
    for action in actions:
        entry = _entry(action.instance, LogEntry.Action.UPDATE, action.by)
        entry.object_repr = action.called
        entry.changes = {field: [str(old), str(new)] for field, (old, new) in action.changes.items()}
        detail = {"detail": str(action.detail)} if action.detail else {}
        entry.additional_data = {"done": str(action.done)} | detail
        entries.append(entry)
    LogEntry.objects.bulk_create(entries, batch_size=1_000)


def record_export(model: type[models.Model], rows: int, format: str, filter: str = "") -> None:
    """Record that the current user has exported `rows` rows of a list, filtered by this query, to a file."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk="",
        object_repr=str(model._meta.verbose_name_plural),
        action=LogEntry.Action.ACCESS,
        additional_data={"exported": rows, "format": format} | ({"filter": filter} if filter else {}),
        cid=get_cid(),
    )


def record_changes(changes: Iterable[tuple[models.Model, Mapping[str, tuple[Any, Any]]]]) -> None:
    """Record changes of many rows with one COPY: for each row, fields with their old and new values.

    User and address come from the current request or background job.
    """
    _record(LogEntry.Action.UPDATE, changes)


def record_creations(rows: Iterable[models.Model]) -> None:
    """Record new rows as `record_changes` does for changes; empty fields are left out."""
    _record(LogEntry.Action.CREATE, ((row, _filled(row)) for row in rows))


def record_deletions(rows: Iterable[models.Model]) -> None:
    """Record deleted rows, which still have their keys, as `record_changes` does for changes."""
    _record(
        LogEntry.Action.DELETE,
        ((row, {name: (value, None) for name, (_none, value) in _filled(row).items()}) for row in rows),
    )


def _filled(row: models.Model) -> dict[str, tuple[Any, Any]]:
    fields = ((field.name, row.__dict__.get(field.attname)) for field in row._meta.concrete_fields)
    return {name: (None, value) for name, value in fields if value not in (None, "", False)}


def _record(action: int, changes: Iterable[tuple[models.Model, Mapping[str, tuple[Any, Any]]]]) -> None:
    context = auditlog_value.get({})
    actor = context.get("actor")
    actor = actor if isinstance(actor, User) else None
    # Looked up once for all rows: an import logs hundreds of thousands.
    common = {
        "action": action,
        "changes_text": "",
        "actor": actor.pk if actor else None,
        "actor_email": actor.email if actor else None,
        "remote_addr": context.get("remote_addr"),
        "cid": get_cid(),
        "timestamp": timezone.now(),
    }
    loggers: dict[type[models.Model], _Logger] = {}
    entries = []
    for row, fields in changes:
        model = type(row)
        logger = loggers.get(model) or loggers.setdefault(model, _Logger(model))
        pk = row.pk if isinstance(row.pk, int) else None
        changed = json.dumps(logger.shown(fields))
        entries.append((logger.content_type_id, str(row.pk), pk, str(row), changed, *common.values()))
    copy_rows(LogEntry, [*_OF_A_ROW, *common], entries)


def _entry(row: models.Model, action: int, actor: User | None) -> Any:
    """Return an unsaved entry with the row, user, address and time."""
    return LogEntry(
        content_type=ContentType.objects.get_for_model(type(row)),
        object_pk=str(row.pk),
        object_id=row.pk if isinstance(row.pk, int) else None,
        action=action,
        actor=actor,
        actor_email=actor.email if actor else None,
        remote_addr=auditlog_value.get({}).get("remote_addr"),
        cid=get_cid(),
        timestamp=timezone.now(),
    )


class _Logger:
    """The masked and excluded fields of one model, looked up once for all its rows."""

    def __init__(self, model: type[models.Model]) -> None:
        rules = auditlog.get_model_fields(model) if auditlog.contains(model) else {}
        self.content_type_id = ContentType.objects.get_for_model(model).pk
        self._masked = frozenset(rules.get("mask_fields", ()))
        self._excluded = frozenset(rules.get("exclude_fields", ()))

    def shown(self, fields: Mapping[str, tuple[Any, Any]]) -> dict[str, list[str]]:
        """Return values as text: masked ones hidden, excluded ones left out."""
        return {
            name: [HIDDEN, HIDDEN] if name in self._masked else [str(old), str(new)]
            for name, (old, new) in fields.items()
            if name not in self._excluded
        }
