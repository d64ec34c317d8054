"""Daily figures: orders placed, codes made and how long they took, orders ended.

Days that are over are counted once an hour and kept; those since are counted when somebody looks. So the figures are
right whether the hourly count has run or not, and a look costs what today costs, not what the years before it do.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from mdocs.models import DailyFigures, Order
from mdocs.statuses import FINAL, Status

ONE_DAY = timedelta(days=1)
ENDED = tuple(status for status in Status if status in FINAL)
_COUNTED = [field.name for field in DailyFigures._meta.fields if field.name != "day"]


class PercentileCont(Aggregate):
    """PostgreSQL's percentile_cont of a duration: below it lies the given share of all."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, share: float) -> None:
        super().__init__(expression, share=share)


def waits() -> dict[str, Aggregate]:
    """Build the aggregates over orders that say how long students wait from the click to their codes."""
    wait = ExpressionWrapper(F("ready_at") - F("created_at"), output_field=DurationField())
    return {"median": PercentileCont(wait, 0.5), "p95": PercentileCont(wait, 0.95)}


def within(field: str, first: date, last: date) -> Q:
    """Build the condition that a moment is on one of the days from `first` to `last`, in the university's time."""
    return Q(**{f"{field}__gte": _begin_of(first), f"{field}__lt": _begin_of(last + ONE_DAY)})


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def count(first: date, last: date) -> list[DailyFigures]:
    """Count the days from `first` to `last`, each of them, in three queries; nothing is stored."""
    days = {day: DailyFigures(day=day) for day in _each(first, last)}
    if not days:
        return []
    for row in _by_day("created_at", first, last).annotate(orders=Count("*")):
        days[row["on"]].ordered = row["orders"]
    for row in _by_day("ready_at", first, last).annotate(orders=Count("*"), **waits()):
        day = days[row["on"]]
        day.ready, day.median_wait, day.p95_wait = row["orders"], row["median"], row["p95"]
    ended = _by_day("status_changed_at", first, last).filter(status__in=ENDED)
    for row in ended.values("on", "status").annotate(orders=Count("*")):
        setattr(days[row["on"]], row["status"], row["orders"])
    return list(days.values())


def _each(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def _by_day(field: str, first: date, last: date) -> Any:
    """Group the orders by the day of a moment of theirs."""
    return (
        Order.objects.filter(within(field, first, last)).order_by().annotate(on=TruncDate(field)).values("on")
    )


def recount(now: datetime) -> None:
    """Count every day that is over, and store the figures in place of those stored before. Idempotent."""
    yesterday = timezone.localdate(now) - ONE_DAY
    oldest = Order.objects.aggregate(oldest=Min("created_at"))["oldest"]
    first = min(timezone.localdate(oldest), yesterday) if oldest else yesterday
    DailyFigures.objects.bulk_create(
        count(first, yesterday),
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=_COUNTED,
    )


def latest(today: date, number: int) -> list[DailyFigures]:
    """Return the last days up to `today`, the oldest first: what was kept, and the rest counted now."""
    first = today - ONE_DAY * (number - 1)
    kept = {day.day: day for day in DailyFigures.objects.filter(day__gte=first, day__lt=today)}
    counted = count(max(kept) + ONE_DAY if kept else first, today)
    return [kept.get(day) or DailyFigures(day=day) for day in _each(first, today)][: -len(counted)] + counted


def ended_ever(today: date) -> dict[Status, int]:
    """Return how many orders have ended in each final state, from the first day to `today`."""
    sums = DailyFigures.objects.filter(day__lt=today).aggregate(
        last=Max("day"), **{status.value: Sum(status.value, default=0) for status in ENDED}
    )
    since = Order.objects.filter(status__in=ENDED)
    if sums["last"] is not None:
        since = since.filter(status_changed_at__gte=_begin_of(sums["last"] + ONE_DAY))
    fresh = dict(since.order_by().values_list("status").annotate(orders=Count("*")))
    return {status: sums[status.value] + fresh.get(status, 0) for status in ENDED}
