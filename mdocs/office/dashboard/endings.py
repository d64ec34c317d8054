"""Endings ahead: how many orders and documents will have ended with the half-year, as things stand."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.statuses import RevocationReason
from students.half_years import half_year_end
from students.models import User
from students.scope import in_scope


@dataclass(frozen=True)
class Endings:
    """Numbers by reason of what ends by the end of `until`, within the user's faculties."""

    until: date
    by_reason: Counter[RevocationReason]


def endings(user: User, now: datetime) -> Endings:
    """Count what the sweep would end on the day after this half-year: one query."""
    until = half_year_end(timezone.localdate(now))
    ending = rules.ineligible_students(until + timedelta(days=1)).filter(in_scope(user))
    counts = ending.order_by().values_list("reason").annotate(Count("pk"))
    return Endings(until, Counter({RevocationReason(reason): number for reason, number in counts}))
