"""Plans of an undo: for each student what can be put back or removed, and what is left, with the reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import ForeignObjectRel
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.importing.undo.records import MODELS, Imported, as_json
from students.models import Enrolment, Faculty, ImportedChange, Programme, Student, StudentCard, User

CHANGED_SINCE: StrOrPromise = _("od importu zmienione")
USED_SINCE: StrOrPromise = _("od importu użyte: zamówienie, logowanie albo coś innego się do tego odnosi")
ANOTHER_CARD: StrOrPromise = _("student ma w użyciu inną legitymację (ELS)")
TAKEN: StrOrPromise = _("numer, login albo PESEL ma już kto inny")
WOULD_END: StrOrPromise = _("cofnięcie zakończyłoby mLegitymację albo zamówienie, które student ma teraz")

# What belongs to a student, and goes with one who is removed.
_OWN = ("studentcard", "enrolment", "student", "user")
# What a row's name in a note or in the audit log is made of, beside the row.
_NAMED_BY = {"enrolment": ["programme"]}


@dataclass
class Plan:
    """Plan for one student (None: for the catalogue): rows put back, removed and left."""

    student: Student | None
    restored: list[tuple[models.Model, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    removed: list[models.Model] = field(default_factory=list)
    left: list[tuple[str, StrOrPromise]] = field(default_factory=list)
    # Programmes of studies that the import has added and that are left: they stay in the catalogue.
    programmes: set[int] = field(default_factory=set)

    def leave(self, row: models.Model, reason: StrOrPromise) -> None:
        """Leave a row as it is."""
        self.left.append((describe(row), reason))
        if isinstance(row, Enrolment):
            self.programmes.add(row.programme_id)

    def leave_all(self, reason: StrOrPromise) -> None:
        """Leave everything, for one reason."""
        for row in [*(row for row, _fields in self.restored), *self.removed]:
            self.leave(row, reason)
        self.restored, self.removed = [], []


def describe(row: models.Model) -> str:
    """Return the words for a row in a note, without personal data but the student's name and numbers."""
    return f"{row._meta.verbose_name}: {row}"


class Present:
    """The rows that an import created or changed, as they are now, and which of them are in use."""

    def __init__(
        self, imported: Iterable[Imported], import_id: str, programmes_in_use: Collection[int] = ()
    ) -> None:
        """Read them with a constant number of queries; these programmes are used by studies that are left."""
        created: dict[str, set[int]] = {name: set() for name in MODELS}
        wanted: dict[str, set[int]] = {name: set() for name in MODELS}
        for one in imported:
            for name, pks in one.created.items():
                created[name].update(pks)
                wanted[name].update(pks)
            for name, pk, _fields in one.changed:
                wanted[name].add(pk)
        self._rows = {
            name: model._base_manager.prefetch_related(*_NAMED_BY.get(name, ())).in_bulk(wanted[name])
            if wanted[name]
            else {}
            for name, model in MODELS.items()
        }
        self._changed = {
            name: _changed_since(MODELS[name], pks, import_id) for name, pks in created.items() if pks
        }
        own: dict[str, Any] = {name: pks for name, pks in created.items() if pks}
        if created["programme"] or created["faculty"]:
            # They come last, when no more is known of what was added.
            own["enrolment"] = _created_by(Enrolment, import_id)
        self._used = {name: _referred_to(MODELS[name], pks, own) for name, pks in created.items()}
        self._used["programme"].update(programmes_in_use)
        signed_in = (
            pk for pk, user in self._rows["user"].items() if isinstance(user, User) and user.last_login
        )
        self._used["user"].update(signed_in)
        self._in_use = dict(
            StudentCard.objects.in_use()
            .filter(student__in=[card.student_id for card in self._cards()])
            .values_list("student_id", "pk")
        )

    def _cards(self) -> list[StudentCard]:
        return [card for card in self._rows["studentcard"].values() if isinstance(card, StudentCard)]

    def row(self, name: str, pk: int) -> models.Model | None:
        """Return a row as it is now, None for one that was deleted."""
        return self._rows[name].get(pk)

    def obstacle(self, name: str, pk: int) -> StrOrPromise | None:
        """Return why a row that the import created cannot be removed."""
        if pk in self._changed[name]:
            return CHANGED_SINCE
        return USED_SINCE if pk in self._used[name] else None

    def card_in_use(self, student: int) -> int | None:
        """Return the key of a student's card that has not ended."""
        return self._in_use.get(student)


def make_plan(student: Student | None, imported: Sequence[Imported], present: Present) -> Plan:
    """Return what can be undone of one student, who may have several records."""
    plan = Plan(student)
    created = [(name, pk) for one in imported for name, pks in one.created.items() for pk in pks]
    owned = [(name, pk) for name, pk in created if name in _OWN and present.row(name, pk) is not None]
    if any(name == "student" for name, _pk in owned):
        if not _plan_removing_student(plan, owned, present):
            return plan
    else:
        of_catalogue = [(name, pk) for name, pk in created if name not in (*_OWN, "cardextension")]
        # Programmes before faculties.
        _plan_removing(plan, [*owned, *sorted(of_catalogue, reverse=True)], present)
    for one in imported:
        for name, pk, fields in one.changed:
            if row := present.row(name, pk):
                _plan_restoring(plan, row, fields)
    _keep_one_card(plan, present)
    return plan


def _plan_removing_student(plan: Plan, owned: Sequence[tuple[str, int]], present: Present) -> bool:
    """Remove a new student with all that belongs to them, or leave all of it; return whether it is removed."""
    obstacles = [found for name, pk in owned if (found := present.obstacle(name, pk))]
    rows = [row for name, pk in owned if (row := present.row(name, pk))]
    if obstacles:
        plan.left += [(describe(row), obstacles[0]) for row in rows if isinstance(row, Student)]
        plan.programmes = {row.programme_id for row in rows if isinstance(row, Enrolment)}
        return False
    plan.removed = rows
    return True


def _plan_removing(plan: Plan, created: Iterable[tuple[str, int]], present: Present) -> None:
    """Remove each created row that nothing keeps; a faculty stays with a programme of it that stays."""
    kept_faculties = set()
    for name, pk in created:
        row, obstacle = present.row(name, pk), present.obstacle(name, pk)
        if isinstance(row, Faculty) and row.pk in kept_faculties:
            obstacle = USED_SINCE
        if row and obstacle:
            plan.leave(row, obstacle)
        elif row:
            plan.removed.append(row)
        if isinstance(row, Programme) and obstacle:
            kept_faculties.add(row.faculty_id)


def _plan_restoring(plan: Plan, row: models.Model, fields: dict[str, tuple[Any, Any]]) -> None:
    """Put a row's columns back, all of them or none: those that belong together stay together."""
    if any(row is gone for gone in plan.removed):
        return
    if all(as_json(getattr(row, column)) == new for column, (_old, new) in fields.items()):
        plan.restored.append((row, {column: (new, old) for column, (old, new) in fields.items()}))
    else:
        plan.leave(row, CHANGED_SINCE)


def _keep_one_card(plan: Plan, present: Present) -> None:
    """Leave ended a card beside one that its student has in use, and goes on having."""
    for restored in list(plan.restored):
        card, fields = restored
        if not isinstance(card, StudentCard) or fields.get("ended_on", (None, date.min))[1] is not None:
            continue
        in_use = present.card_in_use(card.student_id)
        if in_use is not None and not any(
            isinstance(row, StudentCard) and row.pk == in_use for row in plan.removed
        ):
            plan.restored.remove(restored)
            plan.leave(card, ANOTHER_CARD)


def _changed_since(model: type[models.Model], pks: Collection[int], import_id: str) -> set[int]:
    """Return the rows that the audit log says were changed by anything but the import."""
    kind = ContentType.objects.get_for_model(model)
    entries = LogEntry.objects.filter(
        content_type=kind, object_id__in=pks, action=LogEntry.Action.UPDATE
    ).exclude(cid=import_id)
    return set(entries.order_by().values_list("object_id", flat=True))


def _created_by(model: type[models.Model], import_id: str) -> models.QuerySet[Any]:
    """Return the keys of the rows that an import created, as the audit log has them."""
    kind = ContentType.objects.get_for_model(model)
    entries: models.QuerySet[Any] = LogEntry.objects.filter(
        cid=import_id, content_type=kind, action=LogEntry.Action.CREATE
    )
    return entries.order_by().values("object_id")


def _referred_to(model: type[models.Model], pks: Collection[int], created: dict[str, Any]) -> set[int]:
    """Return the rows that other rows refer to, beside those that the import created."""
    used: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True) if pks else ():
        if not isinstance(relation, ForeignObjectRel) or not isinstance(relation.related_model, type):
            continue
        referring: Any = relation.related_model
        if referring is ImportedChange or referring._meta.auto_created:
            continue
        name = relation.field.name
        found = referring._base_manager.filter(**{f"{name}__in": pks})
        if referring._meta.model_name in created:
            found = found.exclude(pk__in=created[referring._meta.model_name])
        used.update(pk for pk in found.order_by().values_list(name, flat=True) if pk is not None)
    return used
