"""Endings ahead: how many orders and documents will have ended with the half-year, as things stand."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.statuses import RevocationReason
from students.half_years import half_year_end
from students.models import Enrolment, User
from students.scope import in_scope


@dataclass(frozen=True)
class Endings:
    """Numbers by reason of what ends by the end of `until`, within the user's faculties."""

    until: date
    by_reason: Counter[RevocationReason]
    counted_at: datetime | None = None  # None: just now

    @classmethod
    def at(
        cls, now: datetime, by_reason: Counter[RevocationReason], counted_at: datetime | None = None
    ) -> "Endings":
        """Return numbers of today."""
        return cls(half_year_end(timezone.localdate(now)), by_reason, counted_at)


def endings(user: User, now: datetime) -> Endings:
    """Count what the sweep would end on the day after this half-year: one query."""
    counts = _ending(now).filter(in_scope(user)).values_list("reason").annotate(Count("pk"))
    return Endings.at(now, Counter({RevocationReason(reason): number for reason, number in counts}))


def endings_by_faculty(now: datetime) -> dict[int | None, Counter[RevocationReason]]:
    """Count the same by faculty, and under None for the whole university, in two queries.

    Who has studied at two faculties counts at both.
    """
    reasons = {
        student: RevocationReason(reason) for student, reason in _ending(now).values_list("pk", "reason")
    }
    found: defaultdict[int | None, Counter[RevocationReason]] = defaultdict(Counter)
    found[None] = Counter(reasons.values())
    studied = Enrolment.objects.filter(student__in=list(reasons)).order_by()
    for student, faculty in studied.values_list("student", "programme__faculty").distinct():
        found[faculty][reasons[student]] += 1
    return found


def _ending(now: datetime) -> QuerySet[Any]:
    """Return the students whose orders or documents the sweep would end on the day after this half-year."""
    return rules.ineligible_students(half_year_end(timezone.localdate(now)) + timedelta(days=1)).order_by()
