"""A job stops when it is asked to and goes on where it was; its files go when it is over for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DataError, IntegrityError
from django.utils import timezone

from students import jobs, tasks
from students.job_files import delete_old_files
from students.models import Job
from students.models.jobs import KEPT_AFTER_END
from tests.students.jobs.kinds import count_up, done_by

pytestmark = pytest.mark.django_db
Register = Callable[..., None]


def test_one_that_nobody_works_on_stops_at_once(job: Job) -> None:
    jobs.stop(job)
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    assert jobs.run_due() == 0


def test_one_that_is_going_on_stops_after_its_batch_and_goes_on_from_there(
    job: Job, register: Register
) -> None:
    def stop_at_the_second(item: int) -> None:
        if item == 1:
            jobs.stop(job)

    register(step=lambda job: count_up(job, stop_at_the_second))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.stop_asked, job.done) == (Job.State.STOPPED, False, 2)
    assert done_by(job) == [0, 1]
    register()
    assert jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == (Job.State.DONE, 5, {"even": 3, "odd": 2})
    assert done_by(job) == [0, 1, 2, 3, 4]


def test_one_that_is_asked_to_stop_during_its_last_batch_is_done(job: Job, register: Register) -> None:
    register(step=lambda job: count_up(job, lambda item: jobs.stop(job) if item == 4 else None))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.stop_asked) == (Job.State.DONE, False)


def test_what_is_going_on_or_done_is_not_resumed_nor_stopped(job: Job) -> None:
    assert not jobs.resume(job)
    jobs.run_due()
    assert not jobs.resume(job)
    jobs.stop(job)
    job.refresh_from_db()
    assert (job.state, job.stop_asked, job.can_be_resumed) == (Job.State.DONE, False, False)


@pytest.mark.parametrize("state", Job.State)
def test_the_database_knows_of_each_job_that_is_over_since_when(job: Job, state: Job.State) -> None:
    """Files and records go when that was long enough ago: without it they would never go."""
    is_over = state in {Job.State.STOPPED, Job.State.DONE, Job.State.FAILED}
    with pytest.raises(IntegrityError, match="job_ended_says_when"):
        Job.objects.update(state=state, finished_at=None if is_over else timezone.now())


@pytest.mark.parametrize("end", [jobs.stop, lambda job: jobs.run_due()])
def test_the_file_of_a_job_that_is_over_for_good_is_deleted(
    register: Register, end: Callable[[Job], object]
) -> None:
    register()
    job = jobs.start("test", "Liczenie", by=None, file=ContentFile(b"8001\n"))
    waiting = jobs.start("test", "Czeka", by=None, file=ContentFile(b"8002\n"))
    Job.objects.filter(pk=waiting.pk).update(leased_until=timezone.now() + timedelta(days=1))
    end(job)
    job.refresh_from_db()
    storage, name = job.file.storage, job.file.name
    assert name
    delete_old_files(timezone.now() + KEPT_AFTER_END - timedelta(minutes=1))
    assert storage.exists(name)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - KEPT_AFTER_END)
    tasks.delete_job_files()
    assert not storage.exists(name)
    job.refresh_from_db()
    assert (bool(job.file), job.can_be_resumed, jobs.resume(job)) == (False, False, False)
    waiting.refresh_from_db()
    assert waiting.file.read() == b"8002\n"
    assert delete_old_files() == 0


def test_a_file_that_no_job_names_is_deleted_after_a_day() -> None:
    storage = Job._meta.get_field("file").storage
    name = storage.save("left-behind", ContentFile(b"8001\n"))
    stored_at = storage.get_modified_time(name)
    delete_old_files(stored_at + timedelta(days=1))
    assert storage.exists(name)
    delete_old_files(stored_at + timedelta(days=1, seconds=1))
    assert not storage.exists(name)


def test_a_job_that_could_not_be_stored_leaves_no_file(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    storage = Job._meta.get_field("file").storage
    before = set(storage.listdir("")[1])
    with pytest.raises((ValueError, DataError)):
        jobs.start("test", "a\0b", by=None, file=ContentFile(b"8001\n"))
    assert set(storage.listdir("")[1]) == before
