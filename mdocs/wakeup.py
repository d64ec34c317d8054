"""Wake-up of the engine when somebody has just acted. A lost one costs at most one tick of Celery beat."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app

from mdocs.querysets import Lane
from students.after_commit import run_after_commit

# Seconds; a click that a busy worker has not heard of by then is found by its next round anyway.
STALE_AFTER = 5

_collected: ContextVar[set[str] | None] = ContextVar("tasks to wake", default=None)


def wake_after_commit(lane: Lane) -> None:
    """Wake the workers of a lane when the present transaction is committed.

    The message says only which lane: the orders are found in the database. Notifications are left to the next tick:
    with a Redis that hangs, a click waits for one message and not for two. With Redis away the failure is logged and
    the request goes on (`robust`): the order is safe, and the next tick finds it.
    """
    _after_commit(f"mdocs.{lane.value}_due")


def _after_commit(task: str) -> None:
    if (collected := _collected.get()) is not None:
        collected.add(task)
        return

    run_after_commit(current_app.send_task, task, expires=STALE_AFTER)


@contextmanager
def waking_once() -> Iterator[None]:
    """Wake each task once for all that is done inside: a Redis that is away costs one timeout, not hundreds."""
    collected = set[str]()
    token = _collected.set(collected)
    try:
        yield
    finally:
        _collected.reset(token)
        for task in collected:
            _after_commit(task)
