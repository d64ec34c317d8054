"""CPU time of this process and of its PostgreSQL, which says the same on a machine that others load."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.db import connection


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a core that one piece of work takes, in Python and in PostgreSQL; and by the clock."""

    python: float
    postgres: float
    clock: float

    @property
    def whole(self) -> float:
        """Return Python's and PostgreSQL's milliseconds together."""
        return self.python + self.postgres


def postgres_seconds() -> float:
    """Return how long the server's process of this connection has been computing.

    From Linux to the nanosecond; elsewhere in steps of the system's clock.
    """
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return float(sum(psutil.Process(pid).cpu_times()[:2]))


def cost_of(work: Callable[[], object], pieces: int = 1) -> Cost:
    """Do the work, and return what each of its pieces has cost."""
    postgres, python, clock = postgres_seconds(), time.process_time(), time.perf_counter()
    work()
    clock, python = time.perf_counter() - clock, time.process_time() - python
    return Cost(*(1e3 * each / pieces for each in (python, postgres_seconds() - postgres, clock)))


def side_by_side(works: Sequence[Callable[[], object]], rounds: int, times: int) -> list[Cost]:
    """Do the works in turn, round after round, each so many times a round; return the medians of what each costs."""
    for work in works:  # what is made once, a process keeps
        work()
        work()
    costs: list[list[Cost]] = [[] for _ in works]
    for _ in range(rounds):
        for work, known in zip(works, costs, strict=True):
            known.append(cost_of(lambda work=work: [work() for _ in range(times)], times))  # type: ignore[misc]
    return [median(known) for known in costs]


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several costs of the same work."""
    return Cost(
        *(
            statistics.median(getattr(cost, part) for cost in costs)
            for part in ("python", "postgres", "clock")
        )
    )
