"""Geometry of the charts. The templates beside `admin/mdocs/dashboard/page.html` draw them as SVG.

Across, everything is in per cent of the chart's width and, down, in pixels: the chart fits a phone and a wide screen
alike, and its letters stay as large as those around it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mdocs.office.dashboard.formatting import duration, number

PLOT = 136.0  # pixels from the top of the highest column to the ground
ROW = 44  # pixels from one bar to the next
THINNEST = 0.6  # per cent: a bar that stands for something is seen
_COLUMN = 0.7  # part of a day's place that its column takes
_LABEL_EVERY = 7  # days between the dates below
_MARK = 3.0  # pixels: how thick a median is


@dataclass(frozen=True)
class Line:
    """A line across the plot, and what it stands for."""

    y: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A date below the plot."""

    x: float
    label: str


@dataclass(frozen=True)
class Column:
    """A day. `mark` is where in it the median is, None where there is none."""

    x: float
    width: float
    y: float
    height: float
    hint: str
    mark: float | None = None


@dataclass(frozen=True)
class Columns:
    """A chart of days."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    ticks: Sequence[Tick]


@dataclass(frozen=True)
class Bar:
    """A line of a chart of bars: the name above, the bar below it, the figure on its right."""

    y: int
    width: float
    label: str
    figure: str
    is_quiet: bool = False


@dataclass(frozen=True)
class Bars:
    """A chart of bars."""

    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        """Height of the chart, in pixels."""
        return ROW * len(self.bars)


@dataclass(frozen=True)
class Day:
    """Labels of a day: the date in short, and the words that a mouse brings up."""

    label: str
    hint: str


def bars(lines: Sequence[tuple[str, str, float, bool]]) -> Bars:
    """Lay out bars: name, figure, the part of the full width (0 to 1), and whether the bar keeps in the background."""
    return Bars(
        [
            Bar(place * ROW, _seen(part * 100), label, figure, is_quiet)
            for place, (label, figure, part, is_quiet) in enumerate(lines)
        ]
    )


def _seen(width: float) -> float:
    return round(max(width, THINNEST), 2) if width > 0 else 0.0


def counts(days: Sequence[tuple[Day, int]]) -> Columns:
    """Lay out a column for each day, as high as its number."""
    top = ceiling(max((value for _, value in days), default=0))
    columns = []
    for place, (day, value) in enumerate(days):
        height = round(PLOT * value / top, 2)
        x, width = _place(place, len(days))
        columns.append(Column(x, width, PLOT - height, height, day.hint))
    steps = [0, top // 2, top] if top % 2 == 0 else [0, top]
    lines = [Line(round(PLOT - PLOT * step / top, 2), number(step)) for step in steps]
    return Columns(columns, lines, _ticks([day for day, _ in days]))


def ceiling(value: int) -> int:
    """Return the next round number: 1, 2, 4, 6, 8, 10, 20, 40 …"""
    if value <= 2:
        return max(value, 1)
    power = int(10 ** math.floor(math.log10(value)))
    return next(power * step for step in (1, 2, 4, 6, 8, 10) if power * step >= value)


# What a wait is measured against. Each is about as much longer than the one before.
_WAITS = (
    timedelta(seconds=1),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=10),
    timedelta(days=3),
    timedelta(days=30),
)
_GROUND = timedelta(milliseconds=500)  # what is quicker is not felt as waiting


def waits(days: Sequence[tuple[Day, timedelta | None, timedelta | None]]) -> Columns:
    """Lay out the waits of each day that has any: a column up to the 95th percentile, with a mark at the median.

    The scale is logarithmic: seconds on good days and hours on a bad one are both to be read.
    """
    longest = max((p95 for _, _, p95 in days if p95 is not None), default=timedelta())
    top = next((step for step in _WAITS[2:] if step >= longest), _WAITS[-1])
    columns = []
    for place, (day, median, p95) in enumerate(days):
        if median is None or p95 is None:
            continue
        x, width = _place(place, len(days))
        y = min(_height(p95, top), PLOT - _MARK)
        columns.append(
            Column(x, width, y, round(PLOT - y, 2), day.hint, min(_height(median, top), PLOT - _MARK))
        )
    lines = [Line(_height(step, top), duration(step)) for step in _WAITS if step <= top]
    return Columns(columns, lines, _ticks([day for day, _, _ in days]))


def _height(wait: timedelta, top: timedelta) -> float:
    """Return how far from the top a wait is, in pixels."""
    part = math.log(max(wait, _GROUND) / _GROUND) / math.log(top / _GROUND)
    return round(PLOT - PLOT * min(part, 1.0), 2)


def _place(place: int, of: int) -> tuple[float, float]:
    """Return where a day's column begins and how wide it is, in per cent."""
    each = 100 / of
    return round(each * (place + (1 - _COLUMN) / 2), 3), round(each * _COLUMN, 3)


def _ticks(days: Sequence[Day]) -> list[Tick]:
    """Put a date below today's column and below every seventh before it."""
    middle = 50 / max(len(days), 1)
    return [
        Tick(round(middle * (2 * place + 1), 3), days[place].label)
        for place in range(len(days) - 1, -1, -_LABEL_EVERY)
    ]
