"""A day's figures are the same whether they were counted and kept or are counted now, and belong to the right day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdocs import orders
from mdocs.models import DailyFigures, Order
from mdocs.office.dashboard import days
from mdocs.office.dashboard.figures import History, history
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 3, 31, 12, tzinfo=WARSAW)  # two days after the clocks went forward
TODAY = date(2026, 3, 31)
DAY = timedelta(days=1)


def over(student: Student, at: datetime, status: Status = Status.LAPSED, wait: float | None = None) -> Order:
    """Make an order that was placed and ended at a moment, after its codes had come within `wait` seconds."""
    ready_at = None if wait is None else at
    placed = at if wait is None else at - timedelta(seconds=wait)
    return make_order(student, status, created_at=placed, status_changed_at=at, ready_at=ready_at)


def ordered(now: datetime = NOON) -> dict[date, int]:
    """The days of the dashboard on which anything was ordered."""
    return {day.day: day.ordered for day in history(now).days if day.ordered}


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T22:59:59.999999+00:00", date(2026, 3, 28)),
        ("2026-03-28T23:00:00+00:00", date(2026, 3, 29)),  # the day of 23 hours
        ("2026-03-29T21:59:59.999999+00:00", date(2026, 3, 29)),
        ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
        ("2026-10-24T21:59:59.999999+00:00", date(2026, 10, 24)),
        ("2026-10-24T22:00:00+00:00", date(2026, 10, 25)),  # the day of 25 hours
        ("2026-10-25T22:59:59.999999+00:00", date(2026, 10, 25)),
        ("2026-10-25T23:00:00+00:00", date(2026, 10, 26)),
    ],
)
def test_an_order_belongs_to_its_day_in_warsaw(
    student: Student, moment: str, day: date, is_kept: bool
) -> None:
    at = datetime.fromisoformat(moment)
    over(student, at, wait=0)
    now = at.astimezone(UTC) + 3 * DAY
    if is_kept:
        days.recount(now)
    found = {figures.day: figures for figures in history(now).days}
    assert {on for on, figures in found.items() if figures.ordered} == {day}
    assert {on for on, figures in found.items() if figures.ready} == {day}
    assert {on for on, figures in found.items() if figures.lapsed} == {day}


@pytest.mark.parametrize("is_kept", [False, True])
def test_thirty_days_are_shown_today_the_last(student: Student, is_kept: bool) -> None:
    first = datetime(2026, 3, 2, tzinfo=WARSAW)
    for at in (first - timedelta(microseconds=1), first, NOON):
        over(student, at)
    if is_kept:
        days.recount(NOON)
    shown = history(NOON).days
    assert [figures.day for figures in shown] == [TODAY - DAY * back for back in reversed(range(30))]
    assert ordered() == {date(2026, 3, 2): 1, TODAY: 1}


def test_counting_the_days_changes_no_figure(student: Student) -> None:
    for back in range(40):
        over(student, NOON - DAY * back, days.ENDED[back % 5], wait=back + 1)
        over(student, NOON - DAY * back, days.ENDED[back % 2], wait=3 * back + 1)
    before = history(NOON), days.ended_ever(TODAY)
    assert not DailyFigures.objects.exists()
    for _ in range(2):  # as often as one likes
        days.recount(NOON)
        assert DailyFigures.objects.count() == 39
        assert (values(history(NOON)), days.ended_ever(TODAY)) == (values(before[0]), before[1])
    assert sum(before[1].values()) == 80


def values(shown: History) -> list[dict[str, object]]:
    """What the days came to."""
    names = [field.name for field in DailyFigures._meta.fields]
    return [{name: getattr(day, name) for name in names} for day in shown.days]


def test_what_happens_after_the_count_is_seen_at_once(student: Student) -> None:
    over(student, NOON - DAY, Status.REVOKED)
    days.recount(NOON)
    over(student, NOON, Status.REVOKED)
    assert ordered() == {TODAY - DAY: 1, TODAY: 1}
    assert days.ended_ever(TODAY)[Status.REVOKED] == 2
    # No count for three days: they are counted when somebody looks.
    over(student, NOON + DAY, Status.REVOKED)
    assert ordered(NOON + 3 * DAY) == {TODAY - DAY: 1, TODAY: 1, TODAY + DAY: 1}
    assert days.ended_ever(TODAY + 3 * DAY)[Status.REVOKED] == 3


def test_midnight_is_where_the_days_that_are_over_end(student: Student) -> None:
    midnight = datetime(2026, 3, 31, tzinfo=WARSAW)
    for at in (midnight - timedelta(microseconds=1), midnight):
        over(student, at, wait=0)
    for _ in range(2):  # counted now, and kept
        assert ordered() == {TODAY - DAY: 1, TODAY: 1}
        assert history(NOON).today.ready == 1
        assert days.ended_ever(TODAY)[Status.LAPSED] == 2
        days.recount(NOON)


def test_a_day_that_was_counted_too_early_is_put_right_by_the_next_count(student: Student) -> None:
    days.recount(NOON)
    over(student, NOON - DAY)
    assert ordered() == {}
    days.recount(NOON)
    assert ordered() == {TODAY - DAY: 1}


def test_waits_are_told_by_the_day_of_the_codes_and_for_seven_days(student: Student) -> None:
    for wait in (10, 20, 60):
        over(student, NOON, wait=wait)
    begin_of_the_week = datetime(2026, 3, 25, tzinfo=WARSAW)
    over(student, begin_of_the_week, wait=100)
    over(student, begin_of_the_week - timedelta(microseconds=1), wait=10_000)
    over(student, NOON)  # rejected, say: it never had any codes
    shown = history(NOON)
    assert (shown.today.ready, shown.today.median, shown.today.p95) == (
        3,
        timedelta(seconds=20),
        timedelta(seconds=56),
    )
    assert (shown.this_week.ready, shown.this_week.median) == (4, timedelta(seconds=40))


def test_an_order_remembers_when_its_codes_first_came(student: Student, work: Callable[[], int]) -> None:
    order = orders.place(student, by=None)
    assert order.ready_at is None
    work()
    order.refresh_from_db()
    assert order.ready_at == order.events.get(new=Status.READY).at
    orders.revoke(order, by=None)
    assert Order.objects.get().ready_at == order.ready_at
