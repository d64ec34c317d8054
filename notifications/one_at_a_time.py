"""Guard of periodic tasks that share a worker with several threads."""

from collections.abc import Callable
from functools import wraps
from threading import Lock


def one_at_a_time(run: Callable[[], None]) -> Callable[[], None]:
    """Skip calls while one is running in this process.

    Ticks come faster than a slow run ends: each would take another thread, until none is left for the other tasks.
    """
    running = Lock()

    @wraps(run)
    def run_unless_running() -> None:
        if not running.acquire(blocking=False):
            return
        try:
            run()
        finally:
            running.release()

    return run_unless_running
