"""History of a student, with cards and studies: the audit log in the words of the dean's office."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.models import Enrolment, Student, StudentCard, User

ENTRIES_SHOWN = 50
_DID = {
    LogEntry.Action.CREATE: _("dodano"),
    LogEntry.Action.UPDATE: _("zmieniono"),
    LogEntry.Action.DELETE: _("usunięto"),
    LogEntry.Action.ACCESS: _("obejrzano"),
}
_SEEN = {"pesel": _("cały PESEL")}
_NOTHING = {"", "None"}


@dataclass(frozen=True)
class HistoryChange:
    """A field with its old and new value in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryEntry:
    """A line of the history: time, user, address, object, action and changed fields."""

    at: datetime
    who: StrOrPromise
    whence: str
    did: StrOrPromise
    what: StrOrPromise
    changes: list[HistoryChange]


def history_of(student: Student, *, looks: bool = False) -> list[HistoryEntry]:
    """Return the newest changes of a student, or looks at what is masked, at most ENTRIES_SHOWN.

    The number of queries is constant.
    """
    cards = list(StudentCard.objects.filter(student=student).values_list("pk", flat=True))
    studies = list(Enrolment.objects.filter(student=student).values_list("pk", flat=True))
    of_studies = _about(Enrolment)
    asked = (
        _about(Student) & Q(object_id=student.pk)
        | _about(StudentCard) & Q(object_id__in=cards)
        | of_studies & Q(object_id__in=studies)
        # Studies that are gone are no longer found by their student, but their last entry still names the student.
        | of_studies & Q(action=LogEntry.Action.DELETE, changes__student__0=str(student.pk))
    )
    wanted = Q(action=LogEntry.Action.ACCESS)
    entries = (
        LogEntry.objects.filter(asked, wanted if looks else ~wanted)
        .select_related("actor")
        .order_by("-timestamp", "-pk")
    )
    return list(_read(list(entries[:ENTRIES_SHOWN])))


def _about(model: type[models.Model]) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(model))


def _read(entries: list[LogEntry]) -> Iterator[HistoryEntry]:
    names = _names_of_related(entries)
    for entry in entries:
        model = _model(entry)
        what = str(model._meta.verbose_name)
        if model is not Student:
            what = f"{what}: {entry.object_repr}"
        elif entry.action == LogEntry.Action.ACCESS:
            seen = (entry.additional_data or {}).get("seen", "")
            what = str(_SEEN.get(seen, seen))
        yield HistoryEntry(
            at=entry.timestamp,
            who=_who(entry),
            whence=entry.remote_addr or "",
            did=_DID[entry.action],
            what=what,
            changes=[
                HistoryChange(
                    field=str(field.verbose_name),
                    old=_word(field, old, names),
                    new=_word(field, new, names),
                )
                for field, old, new in _changed(entry)
            ],
        )


def _who(entry: LogEntry) -> StrOrPromise:
    if isinstance(entry.actor, User):
        return entry.actor.get_full_name() or entry.actor.username
    return entry.actor_email or _("portal sam")


def _model(entry: LogEntry) -> type[models.Model]:
    model = ContentType.objects.get_for_id(entry.content_type_id).model_class()
    assert model is not None  # noqa: S101  # `history_of` asked for our own models
    return model


def _changed(entry: LogEntry) -> Iterator[tuple[models.Field[Any, Any], str, str]]:
    """Yield the changed fields of an entry with their values; initial values of a new row are left out."""
    if entry.action != LogEntry.Action.UPDATE:
        return
    for name, values in entry.changes_dict.items():
        try:
            field = _model(entry)._meta.get_field(name)
        except FieldDoesNotExist:
            continue  # a column of former days
        if isinstance(field, models.Field) and isinstance(values, list):
            yield field, str(values[0]), str(values[1])


def _names_of_related(entries: list[LogEntry]) -> dict[tuple[type[models.Model], str], str]:
    """Return the names of the rows that the entries refer to, with one query for each model."""
    keys: defaultdict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        for field, *values in _changed(entry):
            if isinstance(field, models.ForeignKey):
                keys[field.remote_field.model] |= {value for value in values if value.isdigit()}
    return {
        (model, str(row.pk)): str(row)
        for model, wanted in keys.items()
        for row in model._base_manager.filter(pk__in=wanted)
    }


def _word(field: models.Field[Any, Any], value: str, names: dict[tuple[type[models.Model], str], str]) -> str:
    if value in _NOTHING:
        return "–"
    if isinstance(field, models.ForeignKey):
        return names.get((field.remote_field.model, value), value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField):
        try:
            return str(localize(field.to_python(value)))
        except ValidationError:
            return value
    return value
