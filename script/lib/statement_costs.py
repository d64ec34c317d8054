"""Costs of a block of code: its statements, its seconds of a core here and in PostgreSQL, its memory."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from django.db import connection

from script.lib.console import say


@contextmanager
def costs(what: str) -> Iterator[None]:
    """Print the statements and the seconds of a core that the block takes, and the memory of this process."""
    connection.ensure_connection()
    server = psutil.Process(connection.connection.info.backend_pid)
    statements = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    before, begun = _peak(), time.monotonic()
    python, postgres = time.process_time(), sum(server.cpu_times()[:2])
    with connection.execute_wrapper(count):
        yield
    python, postgres = time.process_time() - python, sum(server.cpu_times()[:2]) - postgres
    say(
        f"{what}: {statements} statements, {time.monotonic() - begun:.0f} s, of a core {python:.1f} s in Python and "
        f"{postgres:.1f} s in PostgreSQL; at most {_peak():.0f} MB ({before:.0f} MB before)"
    )


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return peak / 1e6
