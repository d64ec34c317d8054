"""Tests in a child of the process that has loaded them: it ends with all that it has changed."""

import contextlib
import os
import select
import signal
import sys
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
import redis
from _pytest.runner import runtestprotocol

_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def run(item: pytest.Item) -> bool:
    """Run one test, whichever ran before; say whether it passed or was skipped."""
    # Only what belongs to all tests is kept for the next one.
    following: Any = item.session
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def in_child(answers: Iterable[bool], patience: Sequence[float]) -> str:
    """Have a child go through `answers` until one is False, and return them: `.` yes, `F` no, `T` none in time, `E`
    ended.

    `patience` are the seconds for each. The child's own children end with it.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        _answer(answers, write_end)
    os.close(write_end)
    said = ""
    try:
        for seconds in patience:
            ready = select.select([read_end], [], [], seconds)[0]
            said += (os.read(read_end, 1).decode() or "E") if ready else "T"
            if said[-1] != ".":
                break
    finally:
        os.close(read_end)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return said


def _answer(answers: Iterable[bool], write_end: int) -> None:
    """Be the child."""
    try:
        os.setpgid(0, 0)
        _clean()
        for answer in answers:
            os.write(write_end, b"." if answer else b"F")
            if not answer:
                break
    except BaseException:  # noqa: BLE001
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(0)


def _clean() -> None:
    """Remove what a killed child has left in the database and in Redis."""
    from django.conf import settings
    from django.db import connection

    new = connection.get_new_connection(connection.get_connection_params())
    new.autocommit = True
    new.execute(_END_OTHERS)
    new.execute("SELECT initial.restore()")  # tests/database.py
    new.close()
    redis.from_url(settings.REDIS_URL).flushdb()
