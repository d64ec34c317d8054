"""Pending changes of an import, collected in memory: a preview shows them, an import stores them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeVar

from django.db import models

from students import audit_log, signals
from students.bulk_rows import update_rows
from students.models import (
    CardExtension,
    Enrolment,
    Faculty,
    Programme,
    Student,
    StudentCard,
    User,
)
from students.signals import send_after_commit

M = TypeVar("M", bound=models.Model)
Differences = dict[str, tuple[Any, Any]]
# With the key of its student and the number before; both are None for a new student.
NewAlbumNumber = tuple[str, int | None, str | None]
# Each after what it refers to.
_MODELS: tuple[type[models.Model], ...] = (
    Faculty,
    Programme,
    User,
    Student,
    Enrolment,
    StudentCard,
    CardExtension,
)
_LOGGED = frozenset(_MODELS) - {CardExtension}  # an extension is a record by itself


class PendingChanges:
    """Rows to create, and rows to change with their old values."""

    def __init__(self) -> None:
        self._created: dict[type[models.Model], list[models.Model]] = {model: [] for model in _MODELS}
        self._changed: dict[type[models.Model], dict[int, tuple[models.Model, Differences]]] = {
            model: {} for model in _MODELS
        }
        self._restudied: set[int] = set()

    def create(self, row: M) -> M:
        """Add a row to create, and return it."""
        self._created[type(row)].append(row)
        return row

    def change(self, row: models.Model, **values: Any) -> Differences:
        """Set the differing values, and return them with the old ones, by the names of the fields."""
        differing = {
            name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
        }
        for name, (_old, value) in differing.items():
            setattr(row, name, value)
        if differing and not row._state.adding:
            self._changed[type(row)].setdefault(row.pk, (row, {}))[1].update(differing)
        return differing

    def restudied(self, student: Student) -> None:
        """Mark a student whose enrolments change."""
        if not student._state.adding:
            self._restudied.add(student.pk)

    def write(self, *, by: User | None) -> None:
        """Store everything in a constant number of queries, log it, and send the signals after commit.

        Needs a transaction.
        """
        self.store()
        audit_log.record_changes(change for rows in self._changed.values() for change in rows.values())
        audit_log.record_creations(row for model in _LOGGED for row in self._created[model])
        self._send_signals(by)

    def created(self) -> Iterator[models.Model]:
        """Yield the created rows."""
        return chain.from_iterable(self._created.values())

    def changed(self) -> Iterator[tuple[models.Model, Differences]]:
        """Yield the changed rows with their differences."""
        return chain.from_iterable(rows.values() for rows in self._changed.values())

    def students(self) -> set[int]:
        """Return the stored students whose right the signals are about: data, studies, dates of cards."""
        cards = {
            card.student_id  # type: ignore[attr-defined]
            for card, fields in self._changed[StudentCard].values()
            if not fields.keys().isdisjoint(("ended_on", "valid_until"))
        }
        return self._restudied | set(self._changed[Student]) | cards

    def album_numbers(self) -> list[NewAlbumNumber]:
        """Return the album numbers that are new."""
        new: list[Any] = [(row, None, None) for row in self._created[Student]]
        for pk, (row, fields) in self._changed[Student].items():
            if "album_number" in fields:
                new.append((row, pk, fields["album_number"][0]))
        return [(row.album_number, pk, old) for row, pk, old in new]

    def store(self) -> None:
        """Store everything, and tell nobody: an import logs it, a preview takes it back.

        Changed rows are stored before new ones, because a student has one card in use at a time.
        """
        for model, rows in self._changed.items():
            _update(model, list(rows.values()))
        for model, created in self._created.items():
            if created:
                model._default_manager.bulk_create(created, batch_size=1_000)

    def _send_signals(self, by: User | None) -> None:
        cards = self._changed[StudentCard].items()
        ended = [pk for pk, (_card, fields) in cards if "ended_on" in fields]
        extended = [pk for pk, (_card, fields) in cards if "valid_until" in fields]
        changed = self._restudied | set(self._changed[Student])
        for signal, ids in (
            (signals.students_changed, sorted(changed)),
            (signals.cards_ended, ended),
            (signals.cards_extended, extended),
        ):
            if ids:
                send_after_commit(signal, ids, by=by)


def _update(model: type[models.Model], rows: Iterable[tuple[models.Model, Differences]]) -> None:
    """Update in each row the fields that differ in it, and no other: the rest may have been changed since it was read.

    One statement for each set of fields that differ together.
    """
    alike: defaultdict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    for row, differences in rows:
        alike[tuple(sorted(differences))].append(row)
    for fields, of_these in alike.items():
        update_rows(model, of_these, fields)
