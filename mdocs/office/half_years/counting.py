"""Counting of half-years, set-based: a few grouped queries for a university, once a day."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from mdocs.models import HalfYearFigures, Order, OrderEvent
from mdocs.office.dashboard.days import within
from mdocs.statuses import Reason, Status
from students.half_years import half_year_end, next_half_year_end, previous_half_year_end
from students.models import CardExtension, Enrolment
from students.models.studies import EnrolmentQuerySet

_FLOWS = ("ordered", "refused", "cards_extended", "documents_extended")
_SNAPSHOT = ("entitled", "on_phones")
Place = tuple[int, str]  # a faculty's key, and a level


@dataclass(frozen=True)
class HalfYear:
    """A half-year, by its last day."""

    until: date

    @property
    def begin(self) -> date:
        """The first day."""
        return previous_half_year_end(self.until) + timedelta(days=1)

    def studies(self) -> EnrolmentQuerySet:
        """Return the studies, at levels that give a right, that have gone on during a part of it."""
        goes_on = Q(ended_on__isnull=True) | Q(ended_on__gte=self.begin)
        return Enrolment.objects.entitling().filter(goes_on, started_on__lte=self.until)


def recount(now: datetime) -> int:
    """Count the present half-year and the one before it, and at first all, and store that; return the number of rows.

    A half-year that is over gets what happened in it to its last minute; who was entitled and on phones stays as it was
    counted within it.
    """
    today = timezone.localdate(now)
    present = HalfYear(half_year_end(today))
    past = [half for half in _since_first_order(present) if half != present]
    if HalfYearFigures.objects.exists():
        past = past[-1:]
    written = sum(_store(half, _count_flows(half), _FLOWS, now) for half in past)
    figures = _count_flows(present)
    for name, counts in _count_snapshot(today).items():
        for place, count in counts.items():
            figures[place][name] = count
    return written + _store(present, figures, (*_FLOWS, *_SNAPSHOT), now)


def _since_first_order(present: HalfYear) -> list[HalfYear]:
    first = Order.objects.aggregate(first=Min("created_at"))["first"]
    until = half_year_end(timezone.localdate(first)) if first else present.until
    found = [HalfYear(until)]
    while found[-1].until < present.until:
        found.append(HalfYear(next_half_year_end(found[-1].until)))
    return found


def _store(
    half: HalfYear, figures: dict[Place, dict[str, Any]], counted: tuple[str, ...], now: datetime
) -> int:
    """Store the counted fields of a half-year. Places that were counted before, and have nothing left, get zeros."""
    before = HalfYearFigures.objects.filter(until=half.until).values_list("faculty", "level")
    rows = []
    for faculty, level in {*before, *figures}:
        values = figures.get((faculty, level), {})
        counts = {name: values.get(name, {} if name == "refused" else 0) for name in counted}
        rows.append(
            HalfYearFigures(until=half.until, faculty_id=faculty, level=level, counted_at=now, **counts)
        )
    HalfYearFigures.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["until", "faculty", "level"],
        # When it was counted is when its snapshot was taken.
        update_fields=[*counted, *(["counted_at"] if "entitled" in counted else [])],
    )
    return len(rows)


def _count_snapshot(today: date) -> dict[str, dict[Place, int]]:
    """Count who studies today with a right, and who of these has an mLegitymacja on a phone."""
    current = Enrolment.objects.current(today).entitling()
    on_phone = Order.objects.filter(status=Status.COLLECTED).order_by().values("student")
    return {
        "entitled": dict(_by_place(current)),
        "on_phones": dict(_by_place(current.filter(student__in=on_phone))),
    }


def _count_flows(half: HalfYear) -> dict[Place, dict[str, Any]]:
    """Count what has happened in a half-year, by where its students have studied in it: four queries."""
    first, last, studies = half.begin, half.until, half.studies()
    figures: dict[Place, dict[str, Any]] = defaultdict(dict)
    for name, students in {
        "ordered": Order.objects.filter(within("created_at", first, last)).values("student"),
        "cards_extended": CardExtension.objects.filter(
            within("extended_at", first, last), undone_at__isnull=True
        ).values("card__student"),
        "documents_extended": OrderEvent.objects.filter(
            within("at", first, last), reason=Reason.EXTENDED
        ).values("order__student"),
    }.items():
        for place, count in _by_place(studies.filter(student__in=students.order_by())):
            figures[place][name] = count
    refused = studies.filter(
        within("student__orders__status_changed_at", first, last), student__orders__status=Status.REJECTED
    )
    rows = refused.order_by().values_list(
        "programme__faculty", "programme__level", "student__orders__rejection_code"
    )
    for faculty, level, code, count in rows.annotate(count=Count("student__orders", distinct=True)):
        figures[faculty, level].setdefault("refused", {})[code] = count
    return figures


def _by_place(studies: EnrolmentQuerySet) -> Iterator[tuple[Place, int]]:
    """Yield how many students have such studies at each faculty and level: one query."""
    rows = studies.order_by().values_list("programme__faculty", "programme__level")
    for faculty, level, students in rows.annotate(students=Count("student", distinct=True)):
        yield (faculty, level), students
