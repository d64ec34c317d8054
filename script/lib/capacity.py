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
PUSH, PUSH_POSTGRES = (
    0.003,
    0.001,
)  # seconds of a core for a message to a phone and a webhook, which no row measures
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
    """Print both tables as they stand in docs/capacity.md."""
    parts, hash_ = works(rows), hash_seconds(rows)
    web, postgres, workers = (
        sum(part.times * getattr(part, where) for part in parts) for where in ("web", "postgres", "workers")
    )
    _line("Work", "Times", "Web, seconds of a core", "PostgreSQL", "Workers")
    _line(*["---"] * 5)
    for part in parts:
        _line(
            part.name,
            part.times,
            *(_seconds(part.times * each) for each in (part.web, part.postgres, part.workers)),
        )
    _line("**together**", "", *(f"**{_seconds(each)}**" for each in (web, postgres, workers)))
    say(
        f"\n{web + postgres + workers:.2f} seconds of a core; without the hash {web + postgres + workers - hash_:.2f}\n"
    )
    peaks = {name: students * IN_THE_HOUR / 3600 * PEAK for name, students in UNIVERSITIES.items()}
    _line("", *UNIVERSITIES)
    _line(*["---"] * 4)
    _line("orders a second in the busiest minute", *(f"{peak:.0f}" for peak in peaks.values()))
    for name, cost in {
        "web, cores: passwords": web,
        "web, cores: by the university": web - hash_,
        "workers, cores": workers,
        "PostgreSQL, cores": postgres,
    }.items():
        _line(name, *(ceil(peak * cost / BUSY) for peak in peaks.values()))
    say(
        f"\nOrders a second for each core of PostgreSQL in use: {1 / postgres:.0f}; of the workers: {1 / workers:.0f}"
    )


def _python(row: Row) -> float:
    return (row.ours - (row.of_postgres or 0)) / 1e3


def _postgres(row: Row) -> float:
    return (row.of_postgres or 0) / 1e3


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value else "–"


def _line(*cells: object) -> None:
    say(f"| {' | '.join(map(str, cells))} |")
