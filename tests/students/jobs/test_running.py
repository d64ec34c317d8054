"""A job goes on batch by batch, says how far it is and what came of it, and stays its own when it fails."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.context import auditlog_value, set_actor
from auditlog.models import LogEntry
from django.db import OperationalError
from django.utils import timezone
from django_guid.context import guid

from students import audit_log, jobs
from students.models import Faculty, Job
from tests.celery_messages import waiting_tasks
from tests.students.factories import make_user
from tests.students.jobs.kinds import ITEMS, count_up, done_by

pytestmark = pytest.mark.django_db
Register = Callable[..., None]


def one_batch() -> None:
    """Let the runner do one batch: its time is up when it looks again."""
    now = timezone.now()
    times = iter([now, now])
    jobs.run_due(budget=timedelta(seconds=1), clock=lambda: next(times, now + timedelta(seconds=2)))


def test_it_is_done_in_order_each_item_once(job: Job) -> None:
    assert jobs.run_due() == ITEMS
    job.refresh_from_db()
    assert done_by(job) == [0, 1, 2, 3, 4]
    assert (job.state, job.done, job.total, job.percent) == (Job.State.DONE, 5, 5, 100)
    assert job.counts == {"even": 3, "odd": 2}
    assert list(job.notes.values_list("subject", "outcome", "detail")) == [
        ("rzecz 1", "odd", "nieparzysta"),
        ("rzecz 3", "odd", "nieparzysta"),
    ]
    assert job.finished_at is not None
    assert jobs.run_due() == 0


def test_on_the_way_it_says_how_far_it_is(job: Job) -> None:
    one_batch()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent) == (Job.State.RUNNING, 1, 5, 20)
    one_batch()
    job.refresh_from_db()
    assert (job.done, job.counts) == (2, {"even": 1, "odd": 1})


def test_jobs_go_on_side_by_side_so_that_none_waits_for_the_end_of_another(job: Job) -> None:
    other = jobs.start("test", "Drugie", by=None)
    for _ in range(4):
        one_batch()
    assert (len(done_by(job)), len(done_by(other))) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_whoever_starts_or_resumes_a_job_wakes_a_worker(register: Register) -> None:
    register()
    before = waiting_tasks()
    job = jobs.start("test", "Liczenie", by=None)
    assert waiting_tasks() == sorted([*before, "students.run_jobs"])
    jobs.stop(job)
    jobs.resume(job)
    assert waiting_tasks() == sorted([*before, "students.run_jobs", "students.run_jobs"])


def test_a_pause_is_kept_and_is_used_for_other_jobs(job: Job, register: Register) -> None:
    pause = timedelta(minutes=1)
    register(
        step=lambda job: jobs.BatchResult(1, {}, 1, pause=pause) if job.cursor is None else count_up(job)
    )
    now = timezone.now()
    assert jobs.run_due(clock=lambda: now) == 1
    assert jobs.run_due(clock=lambda: now + pause - timedelta(seconds=1)) == 0
    register("other", step=lambda job: jobs.BatchResult(1, {}, None))
    jobs.start("other", "Drugie", by=None)
    assert jobs.run_due(clock=lambda: now) == 1
    assert jobs.run_due(clock=lambda: now + pause) == 4


def test_what_was_added_meanwhile_is_done_as_well(job: Job, register: Register) -> None:
    register(count=lambda job: 2)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 5, 5)


def breaks(error: Exception, at: int) -> Callable[[Job], jobs.BatchResult]:
    """Make a step that fails in the middle of an item's batch."""

    def fail(item: int) -> None:
        if item == at:
            raise error

    return lambda job: count_up(job, fail)


def test_a_batch_that_cannot_be_done_leaves_nothing_half_done_and_can_be_tried_again(
    job: Job, register: Register
) -> None:
    register(step=breaks(jobs.JobFailed("Brakuje pliku."), at=2))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.failure, job.done) == (Job.State.FAILED, "Brakuje pliku.", 2)
    assert done_by(job) == [0, 1]
    register()
    assert jobs.resume(job)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.failure, job.counts) == (Job.State.DONE, "", {"even": 3, "odd": 2})
    assert done_by(job) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("where", ["step", "count"])
def test_an_unexpected_error_is_told_in_polish_and_its_text_stays_out_of_the_log(
    job: Job, register: Register, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    pesel = "02270803624"

    def secret(job: Job) -> Any:
        if job.title == "Drugie":
            return jobs.BatchResult(1, {}, None) if where == "step" else 1
        raise ValueError(pesel)

    other = jobs.start("test", "Drugie", by=None, parameters={"items": 1})
    register(**{where: secret})
    with caplog.at_level(logging.ERROR):
        jobs.run_due()
    job.refresh_from_db()
    other.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "Błąd wewnętrzny" in job.failure
    assert "ValueError" in caplog.text
    assert "in secret" in caplog.text
    assert pesel not in caplog.text + job.failure
    assert other.state == Job.State.DONE


def test_a_kind_that_the_portal_knows_no_more_fails_politely(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_types", {})
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "nie zna już tego rodzaju zadań" in job.failure
    with pytest.raises(KeyError):
        jobs.start("test", "Nowe", by=None)


def test_a_deadlock_is_tried_again_and_not_for_ever(job: Job, register: Register) -> None:
    tries: list[int] = []

    def deadlock(item: int) -> None:
        tries.append(item)
        if len(tries) == 1 or item == 4:
            raise OperationalError("deadlock detected")

    register(step=lambda job: count_up(job, deadlock))
    jobs.run_due()
    job.refresh_from_db()
    assert tries == [0, 0, 1, 2, 3, 4, 4, 4]
    assert (job.state, done_by(job)) == (Job.State.FAILED, [0, 1, 2, 3])


def test_what_a_batch_has_made_of_the_job_does_not_outlive_a_deadlock(job: Job, register: Register) -> None:
    seen: list[dict[str, Any]] = []

    def index_and_break_once(job: Job) -> jobs.BatchResult:
        seen.append(dict(job.parameters))
        job.parameters["index"] = "of no use: the file is not there"
        if len(seen) == 1:
            raise OperationalError("deadlock detected")
        return jobs.BatchResult(ITEMS, {}, None)

    register(step=index_and_break_once)
    jobs.run_due()
    assert seen == [{}, {}]


def test_what_it_does_is_audited_as_done_by_who_started_it_and_nothing_afterwards_is(
    register: Register,
) -> None:
    clerk = make_user()

    def change(job: Job) -> jobs.BatchResult:
        faculty = Faculty.objects.create(code="W1", name="a", name_en="a")
        audit_log.record_changes([(faculty, {"name": ("a", "b")})])
        return jobs.BatchResult(1, {}, None)

    register(step=change)
    with set_actor(clerk, remote_addr="192.0.2.7"):
        jobs.start("test", "Zmiany", by=clerk)
    auditlog_value.set({})
    jobs.run_due()
    entries = list(LogEntry.objects.get_for_model(Faculty))
    assert len(entries) == 2
    assert {(entry.actor, entry.remote_addr) for entry in entries} == {(clerk, "192.0.2.7")}
    assert auditlog_value.get() == {}


def test_long_words_are_cut_short(register: Register) -> None:
    note = jobs.ItemNote("s" * 100, "odd", "d" * 1_000)
    register(step=lambda job: jobs.BatchResult(1, {}, None, [note]))
    job = jobs.start("test", "t" * 500, by=None)
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert (len(job.title), job.title[-1]) == (200, "…")
    assert list(job.notes.values_list("subject", "detail")) == [("s" * 60, "d" * 1_000)]


def test_a_long_failure_is_cut_short(job: Job, register: Register) -> None:
    register(step=breaks(jobs.JobFailed("f" * 500), at=0))
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.failure) == (Job.State.FAILED, "f" * 300)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", "Portal nie zna już tego rodzaju zadań."),
        ("en", "The portal no longer knows this kind of job."),
    ],
)
def test_what_it_says_is_in_the_language_of_whoever_started_it(
    register: Register, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    register()
    job = jobs.start("test", "Liczenie", by=make_user(language=language))
    monkeypatch.setattr(jobs, "_types", {})
    jobs.run_due()
    job.refresh_from_db()
    assert job.failure.startswith(words)


def test_what_comes_after_a_job_is_not_logged_under_its_id(job: Job) -> None:
    before = guid.get()
    jobs.run_due()
    assert guid.get() == before != job.audit_id
