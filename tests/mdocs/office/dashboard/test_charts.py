"""Charts are true to their numbers; numbers and durations are written as Poles write them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from mdocs.office.dashboard import charts, formatting
from mdocs.office.dashboard.charts import PLOT, Day

DAYS = [Day(str(number), "") for number in range(30)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (0.84, "0,8 s"),
        (9.94, "9,9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3_599.6, "1 godz."),
        (3_660, "1 godz. 1 min"),
        (86_399, "23 godz. 59 min"),
        (86_400, "1 dzień"),
        (5 * 86_400 + 2 * 3_600, "5 dni 2 godz."),
    ],
)
def test_a_duration_is_as_exact_as_one_wants_to_know(seconds: float | None, words: str) -> None:
    assert formatting.duration(None if seconds is None else timedelta(seconds=seconds)) == words


def test_numbers_days_and_shares_are_polish() -> None:
    assert formatting.number(1_234_567).split() == ["1", "234", "567"]
    assert formatting.day(date(2026, 11, 5)) == "5 listopada 2026"
    assert formatting.short_day(date(2026, 11, 5)) == "5.11"
    shares = [0, 0.001, 0.004, 0.5, 0.999, 1]
    assert [" ".join(formatting.percent(share).split()) for share in shares] == [
        "0 %",
        "poniżej 1 %",
        "poniżej 1 %",
        "50 %",
        "ponad 99 %",
        "100 %",
    ]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (2, 2), (3, 4), (10, 10), (11, 20), (41, 60), (99, 100), (5_001, 6_000)]
)
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    assert charts.ceiling(most) == top


def test_columns_stand_on_the_ground_side_by_side_within_the_plot() -> None:
    chart = charts.counts(list(zip(DAYS, range(30), strict=True)))
    assert all(column.y + column.height == pytest.approx(PLOT) for column in chart.columns)
    assert [round(column.height / PLOT * 40) for column in chart.columns] == list(range(30))
    assert all(left.x + left.width < right.x for left, right in pairwise(chart.columns))
    assert chart.columns[0].x > 0
    assert chart.columns[-1].x + chart.columns[-1].width < 100
    assert [tick.label for tick in chart.ticks] == ["29", "22", "15", "8", "1"]


@pytest.mark.parametrize("longest", [0.2, 5, 45, 400, 4_000, 40_000, 400_000, 40_000_000])
def test_a_wait_is_drawn_higher_the_longer_it_is_and_stays_within_the_plot(longest: float) -> None:
    wait = timedelta(seconds=longest)
    chart = charts.waits(
        [(DAYS[0], wait / 100, wait / 10), (DAYS[1], wait / 10, wait), (DAYS[2], None, None)]
    )
    short, long = chart.columns
    assert short.mark is not None
    assert long.mark is not None
    assert 0 <= long.y <= short.y <= PLOT
    assert long.y <= long.mark <= short.mark <= PLOT
    assert all(0 <= line.y <= PLOT for line in chart.lines)
    assert len(chart.lines) >= 3


def test_a_small_part_is_still_seen_and_none_is_not() -> None:
    chart = charts.bars([("a", "1", 1.0, False), ("b", "1", 0.0001, False), ("c", "0", 0.0, True)])
    assert [bar.width for bar in chart.bars] == [100, charts.THINNEST, 0]
    assert chart.height == 3 * charts.ROW
