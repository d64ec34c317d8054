"""Kept figures of the front page: what takes long to count is counted by a task, and shown with the moment of it.

Where there is little to count, or counting is quick, the figures are those of this moment, so that a clerk sees what
their last click has changed.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mdocs.models import KeptFigures
from mdocs.office.dashboard.endings import Endings, endings, endings_by_faculty
from mdocs.office.dashboard.extensions import Cards, Extensions, extensions, extensions_of_all
from mdocs.statuses import RevocationReason
from students.models import Faculty, User
from students.scope import sees_every_faculty, within_faculties

EVERY = timedelta(minutes=10)
QUICK = timedelta(milliseconds=250)  # what takes no longer is counted at each look
MANY = 5_000  # cards in use; what took long with fewer was counted on a busy machine
_TOO_OLD = timedelta(hours=2)  # the task does not run: better no figure than one of another time
_WHOLE = ""
Name = KeptFigures.Name
Figures = dict[str, Any]


def recount(now: datetime) -> int:
    """Count for the whole university and for each faculty, and store the figures; return how many rows were written."""
    return _store(Name.EXTENSIONS, _count_extensions, now) + _store(Name.ENDINGS, _count_endings, now)


def _store(name: str, count: Callable[[datetime], Mapping[str, Figures]], now: datetime) -> int:
    begun = time.monotonic()
    figures = count(now)
    took = timedelta(seconds=time.monotonic() - begun)
    rows = [
        KeptFigures(name=name, scope=scope, figures=each, counted_at=now, took=took)
        for scope, each in figures.items()
    ]
    with transaction.atomic():
        KeptFigures.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["name", "scope"],
            update_fields=["figures", "counted_at", "took"],
        )
        KeptFigures.objects.filter(name=name, counted_at__lt=now).delete()  # a faculty that is gone
    return len(rows)


def _count_extensions(now: datetime) -> Mapping[str, Figures]:
    found = extensions_of_all(now)
    counted = {str(faculty.pk): vars(cards) for faculty, cards in found.faculties}
    return {_WHOLE: vars(found.total), **counted}


def _count_endings(now: datetime) -> Mapping[str, Figures]:
    found: defaultdict[str, Figures] = defaultdict(dict)
    for faculty, reasons in endings_by_faculty(now).items():
        found[str(faculty or _WHOLE)] = {reason.value: number for reason, number in reasons.items()}
    faculties = Faculty.objects.values_list("pk", flat=True)
    return {scope: found[scope] for scope in (_WHOLE, *map(str, faculties))}


class Kept:
    """Figures for a look at the front page: kept ones where counting takes long, else counted now."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._rows: defaultdict[str, dict[str, KeptFigures]] = defaultdict(dict)
        for row in KeptFigures.objects.all():
            self._rows[row.name][row.scope] = row
        cards = self._rows[Name.EXTENSIONS].get(_WHOLE)
        self._are_many = cards is not None and cards.figures["in_use"] >= MANY

    def endings(self, user: User) -> Endings:
        """Return what ends with the half-year, within the user's faculties."""
        whole = self._whole(Name.ENDINGS)
        if whole is None:
            return endings(user, self._now)
        rows = [whole]
        if not sees_every_faculty(user):
            kept = self._rows[Name.ENDINGS]
            rows = [kept[scope] for scope in map(_scope, _faculties_of(user)) if scope in kept]
        if not all(reason in RevocationReason for row in rows for reason in row.figures):
            return endings(user, self._now)  # counted by a newer version, with rules of its own
        sums: Counter[RevocationReason] = Counter()
        for row in rows:
            sums.update({RevocationReason(reason): number for reason, number in row.figures.items()})
        return Endings.at(self._now, sums, whole.counted_at)

    def extensions(self, user: User) -> Extensions:
        """Return which cards are to be extended, by the user's faculties.

        Kept ones count who studies at two of several faculties of a clerk twice, in the sum too.
        """
        whole = self._whole(Name.EXTENSIONS)
        if whole is None:
            return extensions(user, self._now)
        kept = {scope: Cards(**row.figures) for scope, row in self._rows[Name.EXTENSIONS].items()}
        own = [(faculty, kept.get(_scope(faculty), Cards(0, 0))) for faculty in _faculties_of(user)]
        total = kept[_WHOLE] if sees_every_faculty(user) else _sum([cards for _, cards in own])
        return Extensions.at(self._now, own, total, whole.counted_at)

    def _whole(self, name: str) -> KeptFigures | None:
        """Return the row of the whole university, if its figures are to be shown instead of counted."""
        row = self._rows[name].get(_WHOLE)
        if row is None or not self._are_many or row.took <= QUICK:
            return None
        if self._now - row.counted_at > _TOO_OLD:
            return None
        # Figures of a day before may be about another half-year.
        return row if timezone.localdate(row.counted_at) == timezone.localdate(self._now) else None


def _faculties_of(user: User) -> QuerySet[Faculty]:
    return Faculty.objects.filter(within_faculties(user))


def _scope(faculty: Faculty) -> str:
    return str(faculty.pk)


def _sum(cards: Sequence[Cards]) -> Cards:
    return Cards(sum(each.in_use for each in cards), sum(each.not_extended for each in cards))
