"""Memory of every process while students order and look at their pages, minute by minute: whether it stays level."""

import statistics
import time
from collections.abc import Mapping, Sequence

from mdocs.models import Order
from script.lib.console import say, table
from script.lib.costs import browsers, people
from script.lib.costs.idle import memory_of, with_children
from script.lib.loads.visitors import Visitors

EACH_SECOND = 2  # orders, each with two looks at the page
SAMPLES = 24  # looks at the memory of a short run; of a long one, a look in half a minute
WARM = 1 / 3  # of the time: until then, processes still load what they need
LEVEL = 5.0  # MiB an hour: less than anybody has to restart a process for


def watch(minutes: float, ports: Sequence[int], processes: Mapping[str, int]) -> None:
    """Let students order for so many minutes, and print what each process has at the beginning and at the end."""
    people.behave(processing_seconds=[1, 3])
    students = people.able_or_made(int(minutes * 60 * EACH_SECOND) + 1)
    visitors = Visitors(ports, [browsers.cookies_of(student.user_id) for student in students])
    begun = sampled = time.monotonic()
    pause = max(minutes * 60 / SAMPLES, 1) if minutes < SAMPLES / 2 else 30
    # The sandbox is no part of the portal, and keeps each order on purpose.
    processes = {name: pid for name, pid in processes.items() if name != "sandbox"}
    known: dict[str, list[tuple[float, float]]] = {}
    number = 0
    while (now := time.monotonic()) < begun + minutes * 60:
        if now >= sampled:
            sampled += pause
            for name, mebibytes in _memory(processes).items():
                known.setdefault(name, []).append(((now - begun) / 3600, mebibytes))
        visitors.order(number)
        number += 1
        time.sleep(max(begun + number / EACH_SECOND - time.monotonic(), 0))
    if visitors.failures:
        raise AssertionError(f"{len(visitors.failures)} requests failed: {visitors.failures[0]}")
    seconds = time.monotonic() - begun
    ready = Order.objects.filter(ready_at__isnull=False).count()
    whole = sum(memory_of(process) for pid in processes.values() for process in with_children(pid))
    said = f"{seconds / 60:.1f} minutes: {number} orders, {ready} of them ready, {3 * number} requests"
    say(f"{said}; all together have {whole:.0f} MiB (PSS)")
    table([("Process", "at first", "warm", "at the end", "an hour", ""), *_growth_rows(known)])


def _memory(processes: Mapping[str, int]) -> dict[str, float]:
    """Return the MiB that each process has resident: what a parent shares with its child counts for both.

    So nothing seems to grow where the two only cease to share. Of PostgreSQL it is what its processes have for
    themselves: its buffers fill, and are then full.
    """
    found = {}
    for name, pid in processes.items():
        family = with_children(pid)
        if name == "postgres":
            found["postgres, without its buffers"] = sum(memory_of(each, "uss") for each in family)
            continue
        for place, process in enumerate(family):
            found[name if place == 0 else f"{name}, child {place}"] = process.memory_info().rss / 2**20
    return found


def _growth_rows(known: Mapping[str, Sequence[tuple[float, float]]]) -> list[tuple[str, ...]]:
    rows = []
    for name, samples in known.items():
        warm = samples[int(len(samples) * WARM) :]
        if len(warm) < 3:
            continue
        slope = statistics.linear_regression(*zip(*warm, strict=True)).slope
        growth = statistics.median(m for _, m in warm[-3:]) - statistics.median(m for _, m in warm[:3])
        verdict = "level" if slope < LEVEL or growth < 1 else "grows"
        numbers = (samples[0][1], statistics.median(m for _, m in warm[:3]), samples[-1][1])
        rows.append((name, *(f"{number:.1f}" for number in numbers), f"{slope:+.1f}", verdict))
    return rows
