"""Rows of the table of costs: reading and writing them, comparing two runs, and a chart."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from script.lib.console import say, table


@dataclass(frozen=True)
class Row:
    """What a piece of work costs, beside its floor: the least that the same stack does it for.

    Both in `unit`; a floor is None where there is nothing to compare with. `of_postgres` is PostgreSQL's part of `ours`
    and `clock` how long it took, `floor_of_postgres` and `floor_clock` the floor's, all in the same unit; `goal` is
    what `ratio` (without a floor: `ours`) should be at most, or at least where more is better.
    """

    name: str
    ours: float
    floor: float | None
    unit: str
    of_postgres: float | None = None
    floor_of_postgres: float | None = None
    clock: float | None = None
    goal: float | None = None
    more_is_better: bool = False
    floor_clock: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return how many floors it costs."""
        return self.ours / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        """Return whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        compared = self.ours if self.ratio is None else self.ratio
        return compared >= self.goal if self.more_is_better else compared <= self.goal


def write(rows: Iterable[Row], file: Path) -> None:
    """Write the rows as JSON: `rows`, each with `name`, `ours`, `floor`, `ratio`, `unit` and what else is known."""
    said = [{**asdict(row), "ratio": row.ratio, "reached": row.reached} for row in rows]
    file.write_text(json.dumps({"rows": said}, indent=1) + "\n")


def read(file: Path) -> list[Row]:
    """Return the rows that `write` has written, now or in an earlier version. Raises KeyError, TypeError or ValueError
    for any other file."""
    said = json.loads(file.read_text())["rows"]
    return [Row(**{name: each[name] for name in Row.__dataclass_fields__ if name in each}) for each in said]


def show(rows: Sequence[Row], before: Sequence[Row] = ()) -> None:
    """Print the table; with the rows of an earlier run, also how many times as much each costs now, and how many
    times its ratio is the earlier one, which a machine that others load more by now changes less."""
    earlier = {row.name: row for row in before}
    heads = ["Work", "ours", "(PostgreSQL)", "clock", "floor", "(PostgreSQL)", "", "ratio", "to reach", ""]
    said = [heads + ["× its ratio", "× before"] * bool(before)]
    for row in rows:
        bound = ("≥ " if row.more_is_better else "≤ ") + _number(row.goal) if row.goal is not None else ""
        numbers = (row.ours, row.of_postgres, row.clock, row.floor, row.floor_of_postgres)
        line = [row.name, *map(_number, numbers), row.unit, _number(row.ratio), bound]
        line.append({True: "reached", False: "not yet", None: ""}[row.reached])
        if before:
            then = earlier.get(row.name)
            line.append(_number(row.ratio / then.ratio) if then and then.ratio and row.ratio else "")
            line.append(_number(row.ours / then.ours) if then and then.ours else "new")
        said.append(line)
    say()
    table(said)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def draw(rows: Iterable[Row], file: Path) -> None:
    """Draw the rows that have a floor as bars, an SVG: as long as the ratio, the goal as a line across."""
    shown = [row for row in rows if row.ratio is not None]
    longest = max((max(row.ratio or 0, row.goal or 0) for row in shown), default=1.0)
    left, width, height = 300, 420, 26
    parts = []
    for number, row in enumerate(shown):
        top, ratio = number * height + 6, row.ratio or 0
        fill = "#1a7f4b" if row.reached else "#b25e00"
        parts.append(
            f'<text x="{left - 8}" y="{top + 13}" text-anchor="end">{escape(row.name)}</text>'
            f'<rect x="{left}" y="{top}" width="{width * ratio / longest:.1f}" height="16" fill="{fill}"/>'
            f'<text x="{left + width * ratio / longest + 5:.1f}" y="{top + 13}">{_number(ratio)} ×</text>'
        )
        if row.goal is not None:
            at = left + width * row.goal / longest
            parts.append(
                f'<path d="M{at:.1f} {top - 3}v22" stroke="#1f2933" stroke-width="2" stroke-dasharray="3 2"/>'
            )
    size = f"{left + width + 70} {len(shown) * height + 12}"
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )
