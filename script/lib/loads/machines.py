"""Several machines with a web and workers each against one PostgreSQL and one Redis: what more of them bring.

Each machine alone is slow on purpose: its visitors rest between two looks, and its worker waits for an mDokumenty
that takes a second for an answer. So another machine brings as much as the first, as long as there are cores for all.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

import psutil
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from mdocs.models import Order
from mdocs.orders import bulk
from script.lib.console import say
from script.lib.costs import browsers, people, processor
from script.lib.costs.workers import MADE_IN
from script.lib.loads.visitors import Visitors
from students.models import User

LATENCY = 1.0  # seconds for each answer of mDokumenty
PAUSE = 0.3  # seconds between two looks of a visitor
VISITORS = 4  # of each machine
LOOKING = 20.0  # seconds
ORDERS = 240  # for each machine: at 16 calls of a second at a time, a quarter of a minute


def make_people(count: int) -> None:
    """Make so many students who may order."""
    people.able_or_made(count)


def work(machines: int, pooled: bool, ports: Sequence[int], processes: Mapping[str, int]) -> None:
    """Have students look at every machine and orders be carried out by all, and say what it came to."""
    how = "through PgBouncer" if pooled else "directly"
    said = [f"{machines} machine{'s' * (machines > 1)} {how}"]
    with _connections() as most:
        said.append(_pages(machines, ports, processes))
        said.append(_orders(machines, processes))
    said.append(f"at most {max(most)} connections to PostgreSQL")
    say("; ".join(said))


def _pages(machines: int, ports: Sequence[int], processes: Mapping[str, int]) -> str:
    students = people.able(machines * VISITORS)
    visitors = Visitors(ports, [browsers.cookies_of(student.user_id) for student in students])
    visitors.look(1, PAUSE, 2)  # what is made once, a process keeps
    visitors.seconds.clear()
    spent, seconds = _measured(processes, lambda: visitors.look(VISITORS, PAUSE, LOOKING))
    looks = len(visitors.seconds)
    if visitors.failures:
        raise AssertionError(f"{len(visitors.failures)} looks failed: {visitors.failures[0]}")
    return (
        f"{looks / seconds:.1f} pages a second, {statistics.median(visitors.seconds) * 1e3:.0f} ms each (median), "
        f"{_shares(spent, looks, seconds)}"
    )


def _orders(machines: int, processes: Mapping[str, int]) -> str:
    people.behave(processing_seconds=[MADE_IN, MADE_IN], latency_seconds=[LATENCY, LATENCY])
    count = ORDERS * machines
    students = [student.pk for student in people.able(count)]
    by, _ = User.objects.get_or_create(username="bench-office", is_superuser=True)
    begun = timezone.now()

    def drain() -> None:
        with transaction.atomic():
            for first in range(0, count, bulk.BATCH):
                bulk.place(students[first : first + bulk.BATCH], by=by)
            Order.objects.filter(created_at__gte=begun).update(low_priority=False)
        while Order.objects.filter(created_at__gte=begun, ready_at__isnull=True).exists():
            time.sleep(0.2)
            if timezone.now() > begun + timedelta(minutes=4):
                raise AssertionError("the workers have not made the orders ready in four minutes")

    spent, seconds = _measured(processes, drain)
    found = Order.objects.filter(created_at__gte=begun).aggregate(begun=Min("sent_at"), over=Max("ready_at"))
    drained = (found["over"] - found["begun"]).total_seconds()
    people.behave()
    return f"{count / drained:.1f} orders a second, {_shares(spent, count, seconds)}"


def _measured(processes: Mapping[str, int], do: Callable[[], None]) -> tuple[dict[str, float], float]:
    """Do it; return the seconds of a core that each kind of process has used, `all` on this machine, and how long."""
    before, busy, begun = processor.used(processes), _busy(), time.monotonic()
    do()
    seconds = time.monotonic() - begun
    return {**processor.since(before, processes), "all": _busy() - busy}, seconds


def _busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _shares(spent: Mapping[str, float], pieces: int, seconds: float) -> str:
    ours = sum(used for name, used in spent.items() if name not in {"all", "sandbox"})
    return (
        f"{ours / pieces * 1e3:.1f} ms of a core each ({spent.get('postgres', 0) / pieces * 1e3:.1f} of PostgreSQL), "
        f"{ours / seconds:.2f} of {psutil.cpu_count()} cores, of which {spent['all'] / seconds:.2f} were busy"
    )


@contextmanager
def _connections() -> Iterator[list[int]]:
    """Count PostgreSQL's connections each second in a thread, by a connection of its own."""
    counts, over = [0], threading.Event()

    def count() -> None:
        try:
            while not over.wait(1):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    )
                    counts.append(cursor.fetchone()[0])
        finally:
            connection.close()

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield counts
    finally:
        over.set()
        thread.join()
