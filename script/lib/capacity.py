"""Sums of docs/capacity.md, out of what script/bench has measured: what an order costs, and what universities need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from script.lib.console import say
from script.lib.costs.rows import Row

UNIVERSITIES = {"one university": 50_000, "ten": 500_000, "all of Poland": 1_280_000}
IN_THE_HOUR = 0.05  # of the students order in the busiest hour
PEAK = 10  # times its mean is its busiest minute
BUSY = 2 / 3  # of each core in use at most
# Seconds of a core for a message to a phone and a webhook, which no row measures.
PUSH, PUSH_POSTGRES = 0.003, 0.001
SIGN_IN = ("signing in: the form", "signing in: without the hash")
PAGES = 4  # states of the page that are measured, for a mean


@dataclass(frozen=True)
class Work:
    """A part of what an order brings: how often, and seconds of a core each in the web, in PostgreSQL, in workers."""

    name: str
    times: int
    web: float = 0.0
    postgres: float = 0.0
    workers: float = 0.0


def works(rows: Sequence[Row]) -> list[Work]:
    """Return the parts of an order's cost. Raises KeyError for a run that lacks a row, with its name."""
    known = {row.name: row for row in rows}
    pages = [row for row in rows if row.name.startswith("student's page: ")]
    if len(pages) < PAGES:
        raise KeyError("student's page")

    def mean(part: Callable[[Row], float]) -> float:
        return sum(map(part, pages)) / len(pages)

    refresh, place = known["live refresh, nothing changed"], known["placing an order by POST"]
    order, around = known["an order in the workers"], [known[name] for name in SIGN_IN]
    web = sum(map(_python, around))
    return [
        Work("signing in by password", 1, hash_seconds(rows) + web, sum(map(_postgres, around))),
        Work("the page, with and without codes", 4, mean(_python), mean(_postgres)),
        Work("live refresh, with nothing new", 40, _python(refresh), _postgres(refresh)),
        Work("ordering", 1, _python(place), _postgres(place)),
        Work(
            "the order in the workers: claims, calls, records, two e-mails",
            1,
            0,
            _postgres(order),
            _python(order),
        ),
        Work("a message to a phone, a webhook", 1, 0, PUSH_POSTGRES, PUSH),
    ]


def hash_seconds(rows: Sequence[Row]) -> float:
    """Return what a hash of a password takes, seconds of a core."""
    return next(row.ours for row in rows if row.name == "signing in: the hash") / 1e3


def show(rows: Sequence[Row]) -> None:
    """Print both tables as they stand in docs/capacity.md, and the sums that its sentences name."""
    for line in (*order_table(rows), "", *sums(rows), "", *need_table(rows)):
        say(line)


def order_table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table of what an order costs."""
    lines = [
        _line("Work", "Times", "Web, seconds of a core", "PostgreSQL", "Workers"),
        "|---|---|---|---|---|",
    ]
    for part in works(rows):
        costs = (_seconds(part.times * each) for each in (part.web, part.postgres, part.workers))
        lines.append(_line(part.name, part.times, *costs))
    together = (f"**{_seconds(each)}**" for each in _together(rows))
    return [*lines, f"| **together** | | {' | '.join(together)} |"]


def need_table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table of what universities need that follow from costs alone."""
    web, postgres, workers = _together(rows)
    peaks = [students * IN_THE_HOUR / 3600 * PEAK for students in UNIVERSITIES.values()]

    def cores(cost: float) -> list[int]:
        return [ceil(peak * cost / BUSY) for peak in peaks]

    by_password, by_university = cores(web), cores(web - hash_seconds(rows))
    both = [f"{one}; {other}" for one, other in zip(by_password, by_university, strict=True)]
    return [
        _line("orders a second in the busiest minute", *(f"{peak:.0f}" for peak in peaks)),
        _line("web, cores (passwords; by the university)", *both),
        _line("workers, cores", *cores(workers)),
        _line("PostgreSQL, cores", *cores(postgres)),
    ]


def sums(rows: Sequence[Row]) -> list[str]:
    """Return the sentences of docs/capacity.md that name a sum."""
    web, postgres, workers = _together(rows)
    whole = web + postgres + workers
    return [
        f"an order is {whole:.2f} seconds of a core",
        f"it is {whole - hash_seconds(rows):.2f}",
        f"{1 / postgres:.0f} orders a second for each core of PostgreSQL, {1 / workers:.0f} for each of the workers",
    ]


def _together(rows: Sequence[Row]) -> tuple[float, float, float]:
    parts = works(rows)
    return (
        sum(part.times * part.web for part in parts),
        sum(part.times * part.postgres for part in parts),
        sum(part.times * part.workers for part in parts),
    )


def _python(row: Row) -> float:
    return (row.ours - (row.of_postgres or 0)) / 1e3


def _postgres(row: Row) -> float:
    return (row.of_postgres or 0) / 1e3


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value else "–"


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
