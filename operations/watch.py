"""Watch: runs the checks, updates the alarms and mails them.

A periodic task runs it. Where that has not run for a while, as beat or the worker is what has failed, any process that
gives signs of life stands in.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from operations import alarm_mails, alarms, registry, signs, without_database
from operations.alarm_kinds import Kind
from operations.checks.base import Finding
from operations.checks.database_status import NO_ANSWER, OK, UNREACHABLE
from operations.models import Watch

logger = logging.getLogger(__name__)

_STANDS_IN_AFTER = timedelta(seconds=30)


def run(now: datetime | None = None) -> registry.Outcome:
    """Run the checks, update the alarms, and mail those that are due. Raises DatabaseError."""
    now = now or timezone.now()
    outcome = registry.run_checks(now)
    if found := outcome.found.get(Kind.DATABASE):
        report_database(found[0].status, now)
        return outcome
    record(outcome, now)
    alarm_mails.send(now)
    without_database.note(OK)
    signs.forget_old()
    return outcome


def report_database(status: str, now: datetime | None = None) -> None:
    """Report what is wrong with the database: by an alarm where its rows can be written, else by mail alone."""
    now = now or timezone.now()
    if status not in {UNREACHABLE, NO_ANSWER}:
        try:
            record(registry.Outcome({Kind.DATABASE: [Finding(status)]}), now)
            alarm_mails.send(now)
        except DatabaseError as error:
            logger.warning("an alarm of the database could not be kept: %s", type(error).__name__)
        else:
            without_database.note_written()
            return
    without_database.note(status)


def record(outcome: registry.Outcome, now: datetime) -> None:
    """Update the alarms by the outcome of the checks, and note when they ran. Raises DatabaseError."""
    alarms.update(outcome, now)
    Watch.objects.update_or_create(only=True, defaults={"looked_at": Now()})


def stand_in() -> bool:
    """Run the checks, unless another process has lately; return whether they were run. Raises DatabaseError."""
    nobody_has = Q(looked_at__lt=Now() - _STANDS_IN_AFTER)
    is_mine = Watch.objects.filter(nobody_has).update(looked_at=Now())
    if is_mine:
        run()
    return bool(is_mine)
