"""Units of systemd that run by a timer: when each last succeeded, by its own word, and which are late.

That one has failed is mailed by `manage.py report_failed_unit`; one that is never started cannot say so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder

from students import periodic
from students.models import PeriodicTask

EVERY = {
    "mlegitymacja-backup": timedelta(days=1),
    "mlegitymacja-base-backup": timedelta(weeks=1),
    "mlegitymacja-import": timedelta(days=1),
}
GRACE = timedelta(hours=4)  # that a run may take: TimeoutStartSec= of each


def record_success(unit: str) -> None:
    """Record that a unit has done its work."""
    periodic.record_success(unit, None)


def late(now: datetime) -> list[str]:
    """Return the expected units (TIMED_UNITS) that have not succeeded for longer than they may take.

    One that never has is late as long after the portal was installed.
    """
    return [unit for unit, since in _since() if now - since > EVERY[unit] + GRACE]


def ages(now: datetime) -> dict[str, timedelta]:
    """Return for each expected unit that has ever succeeded how long ago it did."""
    return {unit: now - at for unit, at in _succeeded().items() if at is not None}


def _since() -> Iterator[tuple[str, datetime]]:
    known = _succeeded()
    installed_at = MigrationRecorder.Migration.objects.earliest("applied").applied
    for unit in settings.TIMED_UNITS:
        yield unit, known.get(unit) or installed_at


def _succeeded() -> dict[str, datetime | None]:
    found = PeriodicTask.objects.filter(pk__in=settings.TIMED_UNITS)
    return dict(found.values_list("name", "succeeded_at"))
