"""Outcome of the periodic tasks that run by the hour or the day: recorded, and told once when one fails.

Ticks, which come every second, have signs of their own in /health/ready.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import signals
from celery.schedules import crontab
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from students.models import PeriodicTask

logger = logging.getLogger(__name__)

_GRACE = timedelta(hours=2)  # for a worker that is busy or away when the time comes


def connect() -> None:
    """Have Celery's workers record what becomes of periodic tasks."""
    signals.task_success.connect(_record_success)
    signals.task_failure.connect(_record_failure)


def troubles(now: datetime) -> list[tuple[str, str]]:
    """Return what is wrong, "failed" or "late", with the name of the task.

    A task that has never run is late when its time has come since the last migration.
    """
    schedules = _schedules()
    known = PeriodicTask.objects.in_bulk(schedules)
    failed = [("failed", name) for name, task in sorted(known.items()) if task.is_failing]
    installed_at = MigrationRecorder.Migration.objects.latest("applied").applied
    late = [
        ("late", name)
        for name, schedule in sorted(schedules.items())
        if ("failed", name) not in failed
        and _is_late(schedule, (known[name].succeeded_at if name in known else None) or installed_at)
    ]
    return failed + late


def _is_late(schedule: crontab, last_run_at: datetime) -> bool:
    return schedule.remaining_estimate(timezone.localtime(last_run_at)) < -_GRACE


def _schedules() -> dict[str, crontab]:
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    return {entry["task"]: entry["schedule"] for entry in entries if isinstance(entry["schedule"], crontab)}


def record_success(name: str, count: int | None) -> None:
    """Record that a task of the schedule has succeeded, also where a command has done what it does."""
    PeriodicTask.objects.record_success(name, count, timezone.now())


def _record_success(sender: Any, result: Any, **_kwargs: Any) -> None:
    if sender.name in _schedules():
        record_success(sender.name, result if isinstance(result, int) else None)


def _record_failure(sender: Any, exception: BaseException, **_kwargs: Any) -> None:
    """Record a failure; the first one is critical, which mails it to ADMINS."""
    if sender.name not in _schedules():
        return
    error = type(exception).__name__
    is_first = PeriodicTask.objects.record_failure(sender.name, error, timezone.now())
    level = logging.CRITICAL if is_first else logging.ERROR
    logger.log(level, "The periodic task %s fails: %s. The others go on", sender.name, error)
