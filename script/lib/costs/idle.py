"""Costs of a portal at which nothing happens: CPU time and memory of all of its processes."""

import time
from collections.abc import Iterator, Mapping

import psutil

from script.lib.costs.rows import Row

SETTLED = 12.0  # seconds until what a start brings with it is over


def idle(leaders: Mapping[str, int], seconds: float) -> Iterator[Row]:
    """Processes by name, each with all its children."""
    time.sleep(SETTLED)
    known = {name: _with_children(pid) for name, pid in leaders.items()}
    before = {name: sum(map(_used, processes)) for name, processes in known.items()}
    time.sleep(seconds)
    shares = {
        name: 100 * (sum(map(_used, processes)) - before[name]) / seconds for name, processes in known.items()
    }
    memory = {name: sum(map(_memory, processes)) for name, processes in known.items()}
    database = shares.get("postgres", 0.0)
    yield Row("standing idle", sum(shares.values()), None, "% of a core", of_postgres=database, goal=2)
    yield Row("standing idle: memory (PSS)", sum(memory.values()), None, "MiB", goal=600)
    for name in shares:
        yield Row(f"standing idle: {name}", shares[name], None, "% of a core")
        yield Row(f"standing idle: {name}: memory (PSS)", memory[name], None, "MiB")


def _with_children(pid: int) -> list[psutil.Process]:
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


def _memory(process: psutil.Process) -> float:
    """Return MiB of its own and its share of what it has in common with others; all that it has, outside of Linux."""
    try:
        found = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(getattr(found, "pss", found.rss)) / 2**20
