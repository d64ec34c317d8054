"""Periodic tasks that share a worker: a run that takes long holds one thread, not all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from notifications.one_at_a_time import one_at_a_time


def test_ticks_are_skipped_while_a_run_is_under_way_and_not_after_it() -> None:
    begun, may_end = Event(), Event()
    runs = []

    @one_at_a_time
    def run() -> None:
        runs.append(1)
        begun.set()
        assert may_end.wait(30)

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(run)
        assert begun.wait(30)
        for _ in range(3):
            run()
        assert len(runs) == 1
        may_end.set()
        first.result()
        run()
    assert len(runs) == 2


def test_after_a_run_that_failed_the_next_one_is_begun() -> None:
    @one_at_a_time
    def fail() -> None:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()
