"""Units of systemd with a timer: one that never starts, or has not succeeded for a day, is noticed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from operations import registry
from operations.alarm_kinds import Kind
from operations.management.commands import doctor
from students.models import PeriodicTask

pytestmark = pytest.mark.django_db
BACKUP, BASE, IMPORT = "mlegitymacja-backup", "mlegitymacja-base-backup", "mlegitymacja-import"


@pytest.fixture(autouse=True)
def expected(settings: Any) -> None:
    settings.TIMED_UNITS = [BACKUP, BASE]


def late(now: datetime) -> list[str]:
    findings = registry.run_checks(now).found[Kind.PERIODIC_TASKS]
    return [finding.subject for finding in findings if finding.status == "unit late"]


def succeeded(unit: str, hours_ago: float) -> None:
    call_command("record_succeeded_unit", unit)
    at = timezone.now() - timedelta(hours=hours_ago)
    PeriodicTask.objects.filter(pk=unit).update(succeeded_at=at)


def installed(days_ago: float) -> None:
    MigrationRecorder.Migration.objects.update(applied=timezone.now() - timedelta(days=days_ago))


def test_a_backup_that_never_starts_raises_an_alarm() -> None:
    now = timezone.now()
    installed(days_ago=0.5)
    assert late(now) == [], "the first night has not come"
    installed(days_ago=3)
    assert late(now) == [BACKUP], "a base backup is taken each week"
    installed(days_ago=9)
    assert late(now) == [BACKUP, BASE]


def test_one_that_succeeded_a_day_ago_may_be_under_way_and_an_older_one_is_late() -> None:
    installed(days_ago=100)
    succeeded(BACKUP, hours_ago=27)
    succeeded(BASE, hours_ago=24 * 7 + 3)
    assert late(timezone.now()) == []
    succeeded(BACKUP, hours_ago=29)
    assert late(timezone.now()) == [BACKUP]


def test_what_nobody_expects_is_not_missed() -> None:
    installed(days_ago=100)
    succeeded(BACKUP, hours_ago=1)
    succeeded(BASE, hours_ago=1)
    succeeded(IMPORT, hours_ago=1_000)
    assert late(timezone.now()) == []


def test_prometheus_and_the_doctor_know_it(client: Client, settings: Any, capsys: Any) -> None:
    installed(days_ago=100)
    succeeded(BASE, hours_ago=50)
    settings.METRICS_TOKEN = "secret"
    said = client.get("/metrics", headers={"Authorization": "Bearer secret"}).content.decode()
    assert f'portal_timed_unit_late{{unit="{BACKUP}"}} 1.0' in said
    assert f'portal_timed_unit_late{{unit="{BASE}"}} 0.0' in said
    assert f'portal_periodic_task_success_timestamp_seconds{{task="{BASE}"}}' in said
    with pytest.raises((SystemExit, CommandError)):
        call_command(doctor.Command())
    told = capsys.readouterr().out
    assert f"{BACKUP}.timer" in told
    assert f"{BASE}: last done 50 h ago" in told


def test_only_units_that_there_are_can_be_recorded() -> None:
    with pytest.raises(CommandError):
        call_command("record_succeeded_unit", "mlegitymacja-bakcup")
