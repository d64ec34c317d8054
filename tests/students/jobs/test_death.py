"""Whatever dies on the way, and however many workers there are, each batch counts exactly once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from students import jobs
from students.models import Job
from tests.students.jobs.kinds import count_up, done_by

Register = Callable[..., None]
transactional = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The end of a worker, which no code of the runner may catch."""


def _after(*, minutes: int) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


@pytest.mark.django_db
def test_a_worker_that_dies_in_the_middle_of_a_batch_loses_only_that_batch_and_only_for_a_while(
    job: Job, register: Register
) -> None:
    def die(item: int) -> None:
        if item == 2:
            raise Killed

    register(step=lambda job: count_up(job, die))
    with pytest.raises(Killed):
        jobs.run_due()
    assert done_by(job) == [0, 1]
    register()
    soon, later = (partial(_after, minutes=minutes) for minutes in (4, 5))
    assert jobs.run_due(clock=soon) == 0, "the dead worker's lease still holds"
    jobs.run_due(clock=later)
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (Job.State.DONE, 5, {"even": 3, "odd": 2})
    assert done_by(job) == [0, 1, 2, 3, 4]


def in_thread(work: Callable[[], Any]) -> Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


@transactional
def test_two_workers_share_the_jobs_and_do_everything_once(register: Register) -> None:
    register()
    several = [jobs.start("test", f"Zadanie {number}", by=None) for number in range(4)]
    workers = [in_thread(jobs.run_due) for _ in range(2)]
    for worker in workers:
        worker.join(timeout=60)
    for job in several:
        job.refresh_from_db()
        assert (job.state, job.done, done_by(job)) == (Job.State.DONE, 5, [0, 1, 2, 3, 4])


@transactional
def test_a_worker_whose_lease_ran_out_meanwhile_takes_its_batch_back(
    job: Job, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    began, go_on = Event(), Event()

    def wait(item: int) -> None:
        began.set()
        assert go_on.wait(timeout=60)

    register(step=lambda job: count_up(job, wait))
    slow = in_thread(jobs.run_due)
    assert began.wait(timeout=60)
    register(step=lambda job: jobs.BatchResult(5, {"even": 5}, None))
    jobs.run_due(clock=lambda: timezone.now() + jobs.LEASE)
    go_on.set()
    slow.join(timeout=60)
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (Job.State.DONE, 5, {"even": 5})
    assert done_by(job) == []
    assert f"job {job.pk}: a batch took longer than its lease" in caplog.text


@transactional
def test_the_button_that_stops_a_job_does_not_wait_for_its_batch(job: Job, register: Register) -> None:
    began, go_on = Event(), Event()

    def wait(item: int) -> None:
        began.set()
        assert go_on.wait(timeout=60)

    register(step=lambda job: count_up(job, wait))
    worker = in_thread(jobs.run_due)
    assert began.wait(timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    jobs.stop(job)
    go_on.set()
    worker.join(timeout=60)
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.STOPPED, 1)


@transactional
def test_a_job_that_another_worker_takes_at_this_moment_holds_up_no_other(register: Register) -> None:
    register()
    first, second = (jobs.start("test", title, by=None) for title in ("Pierwsze", "Drugie"))
    taken, go_on = Event(), Event()

    def take() -> None:
        with transaction.atomic():
            Job.objects.select_for_update().get(pk=first.pk)
            taken.set()
            assert go_on.wait(timeout=60)

    other = in_thread(take)
    assert taken.wait(timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    jobs.run_due()
    go_on.set()
    other.join(timeout=60)
    assert [len(done_by(job)) for job in (first, second)] == [0, 5]
