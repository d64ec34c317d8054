"""A worker, its pool and beat that stand still: each is named within a minute, and its alarm goes when it moves on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

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
    """Return the open alarms of processes."""
    rows = stack.ask(
        "SELECT kind, status, subject FROM operations_alarm WHERE gone_at IS NULL AND kind IN ('workers', 'beat')"
    )
    return {(str(kind), str(status), str(subject)) for kind, status, subject in rows}


@pytest.mark.parametrize(
    ("name", "is_pool", "alarm"),
    [
        ("worker-send", False, ("workers", "not seen", "send")),
        ("worker-send", True, ("workers", "idle", "send")),
        ("beat", False, ("beat", "not seen", "")),
    ],
)
def test_what_stands_still_is_named_and_nothing_else(
    stack: Stack, name: str, is_pool: bool, alarm: tuple[str, str, str]
) -> None:
    wait_until(lambda: not alarms(stack), GONE, lambda: str(alarms(stack)))
    process = stack.portal.find(name)
    assert process
    with stopped(process.children()[0] if is_pool else process):
        # Nobody asks for health meanwhile: the portal finds out by itself.
        wait_until(lambda: alarms(stack), WITHIN, stack.describe)
        assert alarms(stack) == {alarm} or (is_pool and alarms(stack) == {("workers", "hangs", "send")})
    wait_until(lambda: not alarms(stack), GONE, lambda: str(alarms(stack)))
