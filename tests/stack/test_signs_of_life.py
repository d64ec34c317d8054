"""A worker, its pool and beat that stand still: each is named within a minute, and its alarm goes when it moves on."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from tests.stack.stack import Stack
from tests.waiting import wait_until

WITHIN = 60.0  # seconds, in which whoever has to act is told
GONE = 120.0


@contextmanager
def stopped(process: psutil.Process) -> Iterator[None]:
    """Have a process stand still."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def alarms(stack: Stack) -> set[tuple[str, str, str]]:
    """Return the open alarms of processes. A pool that stands still was at a task, or was about to take one up."""
    rows = stack.ask(
        "SELECT kind, replace(status, 'hangs', 'idle'), subject FROM operations_alarm"
        " WHERE gone_at IS NULL AND kind IN ('workers', 'beat')"
    )
    return {(str(kind), str(status), str(subject)) for kind, status, subject in rows}


@pytest.mark.parametrize(
    ("names", "pools", "named"),
    [
        # Of a worker that is idle is only spoken while there is a beat.
        (
            ["worker-send"],
            ["worker-emails"],
            {("workers", "not seen", "send"), ("workers", "idle", "emails")},
        ),
        (["beat"], [], {("beat", "not seen", "")}),
    ],
)
def test_what_stands_still_is_named_and_nothing_else(
    stack: Stack, names: list[str], pools: list[str], named: set[tuple[str, str, str]]
) -> None:
    wait_until(lambda: not alarms(stack), GONE, lambda: str(alarms(stack)))
    with ExitStack() as standing_still:
        for process in [process_of(stack, name) for name in names]:
            standing_still.enter_context(stopped(process))
        for process in [pool_of(stack, name) for name in pools]:
            standing_still.enter_context(stopped(process))
        # Nobody asks for health meanwhile: the portal finds out by itself.
        wait_until(lambda: len(alarms(stack)) >= len(named), WITHIN, stack.describe)
        assert alarms(stack) == named
    wait_until(lambda: not alarms(stack), GONE, lambda: str(alarms(stack)))


def process_of(stack: Stack, name: str) -> psutil.Process:
    process = stack.portal.find(name)
    assert process
    return process


def pool_of(stack: Stack, name: str) -> psutil.Process:
    """Return the process that does the tasks of a worker, which makes it some time after its own start."""
    wait_until(lambda: process_of(stack, name).children(), WITHIN, stack.describe)
    return process_of(stack, name).children()[0]
