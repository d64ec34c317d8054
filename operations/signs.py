"""Signs of life of the portal's processes: how they are written, and how they are read.

A worker's main process writes its own, so that nothing is written for a task, and a pool that hangs is told apart from
a worker that is away. Ages are by the clock of the database: the processes' own clocks may differ.
"""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from celery import current_app
from celery.worker import state as worker_state
from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from operations.models import Sign

EVERY = timedelta(seconds=5)  # between two signs of one process
SEEN = timedelta(seconds=25)  # without a sign for longer, a process is not there
FORGOTTEN = timedelta(hours=1)  # then it has been taken away for good
Role = Sign.Role


class Busy(NamedTuple):
    """Task at which a queue of a worker is, and since when."""

    since: datetime
    task: str


def process_name() -> str:
    """Return the name of this process: machine and process id."""
    return f"{platform.node()}:{os.getpid()}"


@cache
def version() -> str:
    """Return the version of the portal that this process runs."""
    for line in (settings.BASE_DIR / "pyproject.toml").read_text().splitlines():
        if line.startswith("version = "):
            return line.removeprefix("version = ").strip('"')
    return ""


def queues() -> list[str]:
    """Return the queues that the portal's tasks go to, each of which needs a worker."""
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    return sorted({*routed, current_app.conf.task_default_queue})


def queue_of(task: str) -> str:
    """Return the queue to which a task goes."""
    route = settings.CELERY_TASK_ROUTES.get(task)
    return str(route["queue"] if route else current_app.conf.task_default_queue)


class Writer:
    """Writer of the signs of one process, one row for each of its queues."""

    def __init__(self, role: Sign.Role, process: str, served: Iterable[str] = ("",)) -> None:
        self._role, self._process, self._queues = role, process, list(served)
        self._is_first = True
        self._taken: Counter[str] = Counter()
        self._worked_at: dict[str, datetime] = {}

    def write(self, findings: Mapping[str, str]) -> None:
        """Write all rows with one statement. Raises DatabaseError."""
        now, busy = timezone.now(), _busy()
        self._note_work(now)
        rows = [
            Sign(
                role=self._role,
                process=self._process,
                queue=queue,
                started_at=Now(),
                seen_at=Now(),
                own_clock=now,
                worked_at=self._worked_at.get(queue),
                busy_since=busy[queue].since if queue in busy else None,
                busy_with=busy[queue].task if queue in busy else "",
                version=version(),
                findings=dict(findings),
            )
            for queue in self._queues
        ]
        changed = ["seen_at", "own_clock", "worked_at", "busy_since", "busy_with", "version", "findings"]
        Sign.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["role", "process", "queue"],
            update_fields=[*changed, "started_at"] if self._is_first else changed,
        )
        self._is_first = False

    def _note_work(self, now: datetime) -> None:
        taken = Counter[str]()
        for task, number in worker_state.total_count.copy().items():
            taken[queue_of(task)] += number
        for queue in self._queues:
            if taken[queue] > self._taken[queue]:
                self._worked_at[queue] = now
        self._taken = taken


def _busy() -> dict[str, Busy]:
    """Return the task that each queue of this worker has been at for the longest."""
    found: dict[str, Busy] = {}
    for request in list(worker_state.active_requests):
        if request.time_start is not None:
            busy = Busy(
                datetime.fromtimestamp(request.time_start, tz=timezone.get_current_timezone()), request.name
            )
            queue = queue_of(request.name)
            found[queue] = min(found.get(queue, busy), busy)
    return found


def read() -> QuerySet[Sign]:
    """Return the signs that are not forgotten, each with its `age` and `run` (since its start) by the database's
    clock."""
    age = ExpressionWrapper(Now() - F("seen_at"), output_field=DurationField())
    return Sign.objects.annotate(age=age).filter(age__lt=FORGOTTEN)


def forget_old() -> int:
    """Delete the signs of processes that have not been there for a day; return how many."""
    with transaction.atomic():
        return Sign.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()[0]


def age_of(sign: Any) -> timedelta:
    """Return the age of a sign that `read` has read."""
    age: timedelta = sign.age
    return age
