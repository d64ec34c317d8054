"""Work after a commit that fails: what was committed is safe, and whoever asked for it gets an answer."""

from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from django.test import Client
from django.utils import timezone

from students import jobs
from students.after_commit import run_after_commit
from students.half_years import next_half_year_end
from students.models import Job
from tests.students.factories import make_eligible_student, make_user
from tests.students.jobs.kinds import kind


@pytest.fixture
def _redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Celery, with the portal's settings, speak to a port on which no Redis listens."""
    away = Celery("away", set_as_current=False)
    away.config_from_object("django.conf:settings", namespace="CELERY")
    away.conf.update(broker_url="redis://127.0.0.1:1/0", broker_connection_retry_on_startup=False)
    monkeypatch.setattr(jobs, "current_app", away)


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_logged_by_its_name_and_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    def fail(number: int) -> None:
        raise OSError(number)

    done = list[str]()
    with transaction.atomic():
        run_after_commit(fail, 7)
        run_after_commit(done.append, "the next")
    assert done == ["the next"]
    assert "run_after_commit" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_redis_away")
def test_a_job_is_started_and_resumed_once_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_types", dict(jobs._types))
    jobs.register(kind())
    job = jobs.start("test", "Liczenie", by=None)
    jobs.stop(job)
    assert jobs.resume(job)
    assert Job.objects.get().state == Job.State.WAITING


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_redis_away")
def test_a_clerk_who_starts_long_work_while_redis_is_away_sees_its_page(client: Client) -> None:
    faculty: Any = make_eligible_student().enrolments.get().programme.faculty
    client.force_login(make_user("szef", is_staff=True, is_superuser=True))
    until = next_half_year_end(timezone.localdate())
    form = {"faculty": faculty.pk, "until": until.isoformat()}
    answer = client.post("/admin/students/studentcard/extend-many/", form)
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())
