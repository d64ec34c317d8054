"""Imports by manage.py import_students: they are jobs that the admin shows, and that can be undone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django_guid.context import guid

from students import jobs
from students.importing.command_job import CommandStopped, check_not_stopped, command_job
from students.importing.job_kinds import IMPORT
from students.models import AuditEntry, Job, Student
from tests.students.factories import small_jpeg
from tests.students.importing.test_command import JAN, run
from tests.students.importing.usos_file import ANNA, write_csv

pytestmark = pytest.mark.django_db


def test_an_import_by_the_command_is_undone_like_any_other(
    tmp_path: Path, undone: Callable[[Job], Job]
) -> None:
    before = list(AuditEntry.objects.values_list("pk", flat=True))
    table, photos = write_csv(tmp_path / "u.csv", [ANNA, JAN]), tmp_path / "photos"
    photos.mkdir()
    (photos / "2.jpg").write_bytes(small_jpeg())
    assert run(table, "--photos", photos)[2] == 0
    job = Job.objects.get(kind=IMPORT)
    assert (job.state, job.done, job.total, job.started_by) == (Job.State.DONE, 3, 3, None)
    assert job.counts == {"new": 2, "new_students": 2, "photo_new": 1} | {
        "catalogue": job.counts["catalogue"]
    }
    assert set(job.notes.values_list("outcome", flat=True)) == {"new", "photo_new", "catalogue"}
    assert {entry.cid for entry in AuditEntry.objects.exclude(pk__in=before)} == {job.audit_id}

    assert undone(job).state == Job.State.DONE
    assert not Student.objects.exists()


def test_what_the_command_changes_is_put_back(tmp_path: Path, undone: Callable[[Job], Job]) -> None:
    run(write_csv(tmp_path / "u.csv", [ANNA]))
    run(write_csv(tmp_path / "u.csv", [ANNA | {"nazwisko": "Kowalska"}]))
    assert Student.objects.get().last_name == "Kowalska"
    undone(Job.objects.filter(kind=IMPORT).latest("pk"))
    assert Student.objects.get().last_name == ANNA["nazwisko"]


def test_a_dry_run_is_no_job(tmp_path: Path) -> None:
    run(write_csv(tmp_path / "u.csv", [ANNA]), "--dry-run")
    assert not Job.objects.exists()


def test_the_command_stops_where_somebody_stops_its_job() -> None:
    before = guid.get()
    with pytest.raises(CommandStopped), command_job(2) as job:
        check_not_stopped(job)
        jobs.stop(job)
        check_not_stopped(job)
    job.refresh_from_db()
    assert (job.state, job.stop_asked) == (Job.State.STOPPED, False)
    assert guid.get() == before, "what comes after it is not logged under its id"


def test_a_command_that_breaks_off_leaves_a_job_that_says_so() -> None:
    with pytest.raises(OSError, match="disk full"), command_job(2) as job:
        raise OSError("disk full")
    job.refresh_from_db()
    assert (job.state, job.failure) == (
        Job.State.FAILED,
        "Polecenie zostało przerwane. To, co zdążyło wczytać, zostaje.",
    )
    assert not jobs.actions_of(job, AnonymousUser())


def test_no_worker_goes_on_with_what_a_killed_command_has_left(time_machine: Any) -> None:
    with pytest.raises(KeyboardInterrupt), command_job(2) as job:
        assert jobs.run_due() == 0, "the command is at it"
        time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
        jobs.run_due()
        job.refresh_from_db()
        assert (job.state, job.failure) == (
            Job.State.FAILED,
            "Polecenie import_students nie skończyło tego importu: uruchom je jeszcze raz.",
        )
        raise KeyboardInterrupt
