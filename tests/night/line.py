"""Line of the runbook: a context in which its fault is there, and after which what it says has been done.

Where a line waits for minutes to pass, rows are made older instead.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.night.portal import Night

Line = Callable[[Night], AbstractContextManager[object]]
LINES: dict[str, Line] = {}


def line(section: str) -> Callable[[Callable[[Night], Iterator[object]]], Line]:
    """Register the context of a line."""

    def register(function: Callable[[Night], Iterator[object]]) -> Line:
        LINES[section] = contextmanager(function)
        return LINES[section]

    return register
