"""Costs of a portal at which nothing happens: CPU time and memory of all of its processes."""

import time
from collections.abc import Iterator, Mapping

import psutil

from script.lib.costs import processor
from script.lib.costs.rows import Row

SETTLED = 12.0  # seconds until what a start brings with it is over


def idle(leaders: Mapping[str, int], seconds: float) -> Iterator[Row]:
    """Processes by name, each with all its children."""
    time.sleep(SETTLED)
    before = processor.used(leaders)
    time.sleep(seconds)
    shares = {name: 100 * spent / seconds for name, spent in processor.since(before, leaders).items()}
    memory = {name: sum(map(memory_of, with_children(pid))) for name, pid in leaders.items()}
    database = shares.get("postgres", 0.0)
    yield Row("standing idle", sum(shares.values()), None, "% of a core", of_postgres=database, goal=2)
    yield Row("standing idle: memory (PSS)", sum(memory.values()), None, "MiB", goal=600)
    for name in shares:
        yield Row(f"standing idle: {name}", shares[name], None, "% of a core")
        yield Row(f"standing idle: {name}: memory (PSS)", memory[name], None, "MiB")


def with_children(pid: int) -> list[psutil.Process]:
    """Return a process and all that it has started."""
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


def memory_of(process: psutil.Process, counted: str = "pss") -> float:
    """Return MiB of its own and its share of what it has in common with others ("pss"), or only of its own ("uss").

    Where the system does not tell, all that it has.
    """
    try:
        found = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(getattr(found, counted, found.rss)) / 2**20
