"""Ticks that come only where there is work: one look at the database for all of them.

A tick wakes a worker, which asks the database and mostly finds nothing. Beat asks for all of them at once instead, and
wakes who has something to do. Everybody is woken now and then, whatever the look has said, and at each tick while the
database cannot be asked: no work waits for the look to be right.
"""

import logging
import time
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from celery.schedules import schedstate, schedule
from django.db import Error, connection

logger = logging.getLogger(__name__)

AT_LEAST_EVERY = timedelta(seconds=10)  # well below operations.checks.processes.IDLE


class TickWithWork(schedule):
    """Schedule of a task that looks for due work: every tick while there is some, else every AT_LEAST_EVERY."""

    def __init__(self, tick: timedelta | float, task: str) -> None:
        super().__init__(run_every=tick)
        self.task = task

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.seconds, self.task)

    def is_due(self, last_run_at: datetime) -> Any:
        """Say whether to send the task now, and in how many seconds to ask again."""
        state = super().is_due(last_run_at)
        if not state.is_due:
            return state
        waited = self.now() - self.maybe_make_aware(last_run_at)
        if waited >= AT_LEAST_EVERY or self.task in _look.tasks(self.seconds / 2):
            return state
        return schedstate(is_due=False, next=self.seconds)


class _Look:
    """The tasks with work, as they were a moment ago."""

    def __init__(self) -> None:
        self._tasks: set[str] = set()
        self._at = float("-inf")

    def tasks(self, age: float) -> set[str]:
        """Return what was found at most so many seconds ago; else look again."""
        if time.monotonic() >= self._at + age:
            self._tasks = tasks_with_work()
            self._at = time.monotonic()
        return self._tasks


_look = _Look()


def tasks_with_work() -> set[str]:
    """Return the ticking tasks that would find something to do, with one query; all while it cannot be asked."""
    from django.utils import timezone

    now = timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_statement(), {"now": now})
            return {task for (task,) in cursor.fetchall()}
    except Error as error:
        logger.warning("beat cannot ask for due work: %s", type(error).__name__)
        connection.close_if_unusable_or_obsolete()
        return {task for task, _rows in _work(now)}


@cache
def _statement() -> str:
    """Return the query for the names of the tasks that have work at the moment `now`."""
    from django.db.models import DateTimeField, TextField, Value

    from students.prepared import Given, written_out

    now = Given("now", DateTimeField())
    named = [
        rows.order_by().annotate(task=Value(task, output_field=TextField())).values("task")[:1]
        for task, rows in _work(now)
    ]
    return written_out(named[0].union(*named[1:], all=True).query.get_compiler("default"))


def _work(now: Any) -> list[tuple[str, Any]]:
    """Return each task with the rows that are work for it, or are to be looked after by it; over-inclusive at most."""
    from api.models import Delivery
    from mdocs.models import Breaker, Order, OrderEvent
    from mdocs.querysets import Lane
    from notifications.messages.models import Message
    from notifications.push.models import PushDelivery
    from students.models import Job

    return [
        *((f"mdocs.{lane}_due", Order.objects.due(lane, now)) for lane in Lane),
        *((f"mdocs.{lane}_due", Breaker.objects.filter(lane=lane, next_probe_at__lte=now)) for lane in Lane),
        ("students.run_jobs", Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])),
        ("notifications.dispatch_events", OrderEvent.objects.undispatched()),
        ("notifications.send_emails", Message.objects.email_due(now)),
        ("notifications.send_push", PushDelivery.objects.filter(next_attempt_at__lte=now)),
        ("api.send_webhooks", Delivery.objects.filter(next_attempt_at__lte=now)),
    ]
