"""Waiting for what is meant, not for a time."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; nothing takes as long, but the machine may be busy


def wait_until(
    is_so: Callable[[], object], seconds: float = PATIENCE, explain: Callable[[], str] = str
) -> None:
    """Wait, and fail when it takes longer."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, explain()
        time.sleep(0.05)
