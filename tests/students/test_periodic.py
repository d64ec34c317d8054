"""Periodic tasks: each by itself, counted, and with a sign when one fails or does not run."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.schedules import crontab
from django.conf import settings as django_settings
from django.core.files.storage import Storage
from django.core.mail import EmailMessage
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from students.models import PeriodicTask, Photo
from students.photos import ORPHANED_AFTER
from students.roles import ADMINISTRATOR, CLERK
from tests.students.factories import make_member

ORPHANS, JOB_FILES = "students.delete_orphaned_photos", "students.delete_job_files"
BY_THE_CLOCK = [
    entry["task"]
    for entry in django_settings.CELERY_BEAT_SCHEDULE.values()
    if isinstance(entry["schedule"], crontab)
]
ADDRESS = "/admin/students/periodictask/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def orphans(photo_folder: Path) -> list[Path]:
    """Return three files of photos that no row names, so old that they are to be deleted."""
    paths = [photo_folder / "ab" / f"{name}.jpg" for name in "abc"]
    paths[0].parent.mkdir(parents=True)
    old = (timezone.now() - ORPHANED_AFTER - timedelta(hours=1)).timestamp()
    for path in paths:
        path.write_bytes(b"x")
        os.utime(path, (old, old))
    return paths


@pytest.fixture
def stuck(orphans: list[Path]) -> Iterator[Callable[[], None]]:
    """Have the first of these files resist, until the returned function is called."""
    storage: Storage = Photo._meta.get_field("file").storage
    delete = storage.delete

    def delete_others(name: str) -> None:
        if name.endswith(orphans[0].name):
            raise PermissionError(name)
        delete(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "delete", delete_others)
        yield patch.undo


def run(*names: str) -> None:
    """Run tasks as a worker does."""
    current_app.loader.import_default_modules()
    for name in names:
        current_app.tasks[name].apply()


@pytest.fixture(autouse=True)
def _installed_now() -> None:
    """Forget how old a kept database is."""
    MigrationRecorder.Migration.objects.update(applied=timezone.now())


def health(client: Client) -> str:
    """Return what /health/ready says of the periodic tasks."""
    return str(client.get("/health/ready").json()["components"]["periodic_tasks"])


def test_what_one_task_did_is_counted(client: Client, orphans: list[Path]) -> None:
    run(ORPHANS)
    assert PeriodicTask.objects.get(name=ORPHANS).count == 3
    assert health(client) == "ok"


def test_a_file_that_resists_is_told_once_and_leaves_out_nothing(
    client: Client,
    settings: Any,
    mailoutbox: list[EmailMessage],
    orphans: list[Path],
    stuck: Callable[[], None],
) -> None:
    settings.ADMINS = [("", "admin@example.edu")]
    run(*BY_THE_CLOCK)
    assert [path.exists() for path in orphans] == [True, False, False], "what was behind it is deleted"
    assert health(client) == f"failed: {ORPHANS}"
    others = PeriodicTask.objects.exclude(name=ORPHANS)
    assert set(others.filter(failed_at=None).values_list("name", flat=True)) == set(BY_THE_CLOCK) - {ORPHANS}
    run(ORPHANS)
    (mail,) = [mail for mail in mailoutbox if ORPHANS in mail.subject + str(mail.body)]
    assert ORPHANS in mail.subject, "the log has told it; the alarm is mailed to nobody whom that has reached"
    assert str(orphans[0]) not in mail.subject + str(mail.body)

    stuck()
    run(ORPHANS)
    assert (orphans[0].exists(), health(client)) == (False, "ok")


def test_what_fails_again_after_a_success_is_told_again(
    settings: Any, mailoutbox: list[EmailMessage], stuck: Callable[[], None]
) -> None:
    settings.ADMINS = [("", "admin@example.edu")]
    run(ORPHANS)
    PeriodicTask.objects.update(succeeded_at=timezone.now())
    run(ORPHANS)
    assert len(mailoutbox) == 2


def test_a_task_that_does_not_run_in_its_night_is_named(client: Client) -> None:
    with time_machine.travel("2026-11-20T12:00+01:00", tick=False):
        run(*BY_THE_CLOCK)
        assert health(client) == "ok"
    with time_machine.travel("2026-11-21T04:00+01:00", tick=False):
        run(*(name for name in BY_THE_CLOCK if name != JOB_FILES))
        assert health(client) == "ok", "it may be late by a while"
    with time_machine.travel("2026-11-21T06:00+01:00", tick=False):
        run(*(name for name in BY_THE_CLOCK if name != JOB_FILES))
        assert health(client) == f"late: {JOB_FILES}"


def test_a_task_that_has_never_run_is_named_a_day_after_the_set_up(client: Client) -> None:
    run(*(name for name in BY_THE_CLOCK if name != JOB_FILES))
    assert health(client) == "ok"
    with time_machine.travel(timezone.now() + timedelta(hours=27), tick=False):
        run(*(name for name in BY_THE_CLOCK if name != JOB_FILES))
        assert health(client) == f"late: {JOB_FILES}"


@pytest.mark.parametrize(("role", "status"), [(ADMINISTRATOR, 200), (CLERK, 403)])
def test_administrators_see_them(client: Client, stuck: Callable[[], None], role: str, status: int) -> None:
    run(ORPHANS, JOB_FILES)
    client.force_login(make_member(role))
    answer = client.get(ADDRESS)
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert ORPHANS in page and "ExceptionGroup" in page
        assert page.count("icon-no.svg") == page.count("icon-yes.svg") == 1
