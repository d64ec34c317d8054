"""Labels of audit log entries: django-auditlog's field names and values in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.audit_log import LABELS
from students.models import AuditEntry
from students.moments import write_day, write_moment

ACTIONS: Mapping[int, StrOrPromise] = {
    AuditEntry.Action.CREATE: _("utworzenie"),
    AuditEntry.Action.UPDATE: _("zmiana"),
    AuditEntry.Action.DELETE: _("usunięcie"),
    AuditEntry.Action.ACCESS: _("odczyt"),
}
_VALUES: Mapping[str, StrOrPromise] = {"None": "–", "": "–", "True": _("tak"), "False": _("nie")}
_OPERATIONS: Mapping[str, StrOrPromise] = {"add": _("dodano"), "delete": _("usunięto")}


@dataclass(frozen=True)
class FieldChange:
    """A field with its old and new value; `new` alone where items were added to a list or removed from it."""

    field: StrOrPromise
    old: StrOrPromise
    new: StrOrPromise


def describe_entry(entry: AuditEntry) -> StrOrPromise:
    """Return what an entry says was done, without a query.

    That is the action, what was viewed or exported, or else the changed fields.
    """
    more = entry.additional_data if isinstance(entry.additional_data, dict) else {}
    if "done" in more:
        what, why = (_word(str(more.get(key, ""))) for key in ("done", "detail"))
        return f"{what}: {why}" if why else what
    if "seen" in more:
        return _("obejrzano: %(what)s") % {"what": _word(str(more["seen"]))}
    if "exported" in more:
        file = {"format": str(more.get("format", "")).upper(), "rows": more["exported"]}
        if chosen := more.get("filter"):
            return _("eksport (%(format)s), wierszy: %(rows)s, filtr: %(filter)s") % {
                **file,
                "filter": chosen,
            }
        return _("eksport (%(format)s), wierszy: %(rows)s") % file
    if entry.action != AuditEntry.Action.UPDATE:
        return ACTIONS[entry.action]
    model = entry.content_type.model_class()
    fields = ", ".join(sorted(str(_name(model, field)) for field in entry.changes or {}))
    return f"{ACTIONS[entry.action]}: {fields}" if fields else ACTIONS[entry.action]


def _word(code: str) -> StrOrPromise:
    return LABELS.get(code, code)


def field_changes(entry: AuditEntry) -> list[FieldChange]:
    """Return the changed fields of one entry; costs a query for each foreign key."""
    model = entry.content_type.model_class()
    found = [_change(model, field, stored) for field, stored in (entry.changes or {}).items()]
    return sorted(found, key=lambda change: str(change.field))


def _change(model: type[models.Model] | None, name: str, stored: Any) -> FieldChange:
    if isinstance(stored, dict):  # a many-to-many relation
        operation = _OPERATIONS.get(stored.get("operation", ""), "")
        return FieldChange(_name(model, name), "", f"{operation}: {', '.join(stored.get('objects', []))}")
    old, new = (_value(_field(model, name), str(value)) for value in stored)
    return FieldChange(_name(model, name), old, new)


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _name(model: type[models.Model] | None, name: str) -> StrOrPromise:
    return getattr(_field(model, name), "verbose_name", name)


def _value(field: Any, value: str) -> StrOrPromise:
    if value in _VALUES:
        return _VALUES[value]
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.ForeignKey):
        return _pointed_to(field.related_model, value)
    if isinstance(field, models.DateField):
        return _written(field, value)
    return value


def _written(field: "models.DateField[Any, Any]", value: str) -> str:
    """Write a day or a moment, which the log has as ISO 8601; what is neither, as it is stored."""
    try:
        if isinstance(field, models.DateTimeField):
            moment = datetime.fromisoformat(value)
            return write_moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        return write_day(date.fromisoformat(value))
    except ValueError:
        return value


def _pointed_to(model: Any, key: str) -> str:
    try:
        row = model._base_manager.filter(pk=key).first()
    except (ValueError, ValidationError):
        return key
    return str(row) if row else key
