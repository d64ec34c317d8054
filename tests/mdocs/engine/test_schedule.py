"""When the worker looks next: tables of the pauses, both sides of every limit."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from mdocs import schedule
from mdocs.models import Order
from mdocs.statuses import Status

NOW = timezone.make_aware(datetime(2026, 11, 23, 12, 0))  # noqa: DTZ001 -- made aware here
DRAWS = 300


def seconds(moment: Callable[[], datetime]) -> tuple[float, float]:
    """Draw often; return the shortest and the longest pause, in seconds."""
    pauses = [(moment() - NOW).total_seconds() for _ in range(DRAWS)]
    return min(pauses), max(pauses)


def order(status: Status, **fields: object) -> Order:
    return Order(
        status=status, **{"status_changed_at": NOW, "valid_until": date(2027, 3, 31), **fields}
    )  # never saved


def test_the_first_question_comes_after_one_to_two_seconds() -> None:
    shortest, longest = seconds(lambda: schedule.first_question(NOW))
    assert 1 <= shortest < 1.2
    assert 1.8 < longest <= 2


@pytest.mark.parametrize(
    ("waited", "pause"),
    [(0, 1), (30, 1), (60, 1), (90, 1.5), (600, 10), (1800, 30), (3600, 60), (3601, 60), (86400, 60)],
)
def test_the_pause_grows_with_the_wait_to_a_minute(waited: float, pause: float) -> None:
    waiting = order(Status.PROCESSING, status_changed_at=NOW - timedelta(seconds=waited))
    shortest, longest = seconds(lambda: schedule.next_question(waiting, NOW))
    assert pause * 0.8 <= shortest < longest <= pause * 1.2
    assert longest - shortest > pause * 0.3, "orders must not march in step"


@pytest.mark.parametrize(
    ("waited", "shortest_pause", "longest_pause"),
    [
        (0, 0.8, 1.2),
        (10, 8, 12),
        (25, 20, 30),
        (60, 20, 30),
        (100, 20, 20),  # the moment at which it is expected
        (118, 2, 2),
        (119, 1.98 * 0.8, 1.98 * 1.2),
        (180, 2.4, 3.6),
    ],
)
def test_before_it_is_expected_an_order_is_asked_about_seldom(
    waited: float, shortest_pause: float, longest_pause: float
) -> None:
    waiting = order(Status.PROCESSING, status_changed_at=NOW - timedelta(seconds=waited))
    shortest, longest = seconds(lambda: schedule.next_question(waiting, NOW, timedelta(seconds=120)))
    assert shortest_pause * 0.99 <= shortest <= longest <= longest_pause * 1.01


@pytest.mark.parametrize(
    ("poll_fast_until", "pause"),
    [
        (None, 300),
        (NOW - timedelta(seconds=1), 300),
        (NOW, 300),
        (NOW + timedelta(seconds=1), 3),
    ],
)
def test_a_ready_order_is_asked_about_often_only_while_its_student_looks(
    poll_fast_until: datetime | None, pause: float
) -> None:
    ready = order(Status.READY, poll_fast_until=poll_fast_until, codes_expire_at=NOW + timedelta(days=30))
    shortest, longest = seconds(lambda: schedule.next_question(ready, NOW))
    assert pause * 0.8 <= shortest < longest <= pause * 1.2


def test_codes_that_end_soon_are_asked_about_right_after_they_ended() -> None:
    ready = order(Status.READY, codes_expire_at=NOW + timedelta(seconds=100))
    assert seconds(lambda: schedule.next_question(ready, NOW)) == (101, 101)


def test_codes_that_have_ended_do_not_make_anybody_ask_without_pause() -> None:
    ready = order(Status.READY, codes_expire_at=NOW - timedelta(seconds=1))
    assert seconds(lambda: schedule.next_question(ready, NOW))[0] >= 240


def test_a_collected_document_is_asked_about_once_a_day() -> None:
    shortest, longest = seconds(lambda: schedule.next_question(order(Status.COLLECTED), NOW))
    assert 0.8 * 86400 <= shortest < longest <= 1.2 * 86400


def test_but_right_after_its_last_valid_day() -> None:
    last_day = order(Status.COLLECTED, valid_until=NOW.date())
    assert seconds(lambda: schedule.next_question(last_day, NOW)) == (43200, 43200)  # the next midnight


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 11, 23), "2026-11-24T00:00:00+01:00"),
        (date(2027, 3, 31), "2027-04-01T00:00:00+02:00"),
        (date(2026, 10, 24), "2026-10-25T00:00:00+02:00"),  # the night in which summer time ends
        (date(2026, 12, 31), "2027-01-01T00:00:00+01:00"),
        (date(9999, 12, 30), "9999-12-31T00:00:00+01:00"),
        (date(9999, 12, 31), "9999-12-31T00:00:00+01:00"),  # there is no day after it
    ],
)
def test_a_document_is_valid_until_midnight_at_the_university(day: date, moment: str) -> None:
    assert schedule.first_moment_after(order(Status.COLLECTED, valid_until=day)) == datetime.fromisoformat(
        moment
    )


@pytest.mark.parametrize(
    ("failures", "longest_pause"),
    [(1, 1), (2, 2), (3, 4), (5, 16), (10, 512), (11, 900), (12, 900), (50, 900), (10**6, 900)],
)
def test_retries_double_up_to_a_quarter_of_an_hour(failures: int, longest_pause: float) -> None:
    shortest, longest = seconds(lambda: schedule.retry(failures, NOW))
    assert longest_pause / 2 <= shortest < longest <= longest_pause
    assert longest - shortest > longest_pause * 0.4


@pytest.mark.parametrize(
    ("retry_after", "earliest"),
    [(timedelta(0), 0), (timedelta(seconds=30), 30), (timedelta(minutes=15), 900), (timedelta(hours=1), 900)],
)
def test_nobody_comes_back_before_they_were_told_to(retry_after: timedelta, earliest: float) -> None:
    shortest, longest = seconds(lambda: schedule.retry(1, NOW, retry_after))
    assert shortest >= earliest
    assert longest <= 900
