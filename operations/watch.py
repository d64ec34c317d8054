"""The watch: looks after the portal, keeps the alarms and mails them.

Beat has it done by a worker. Where nobody has for a while (beat, or that worker, is what is away), any process that
signs stands in.
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


def look(now: datetime | None = None) -> registry.Outcome:
    """Make the checks, keep the alarms, mail what is to be mailed. Raises DatabaseError."""
    now = now or timezone.now()
    outcome = registry.look(now)
    if found := outcome.found.get(Kind.DATABASE):
        tell_of_database(found[0].status, now)
        return outcome
    keep(outcome, now)
    alarm_mails.send(now)
    without_database.note(OK)
    signs.forget_old()
    return outcome


def tell_of_database(status: str, now: datetime | None = None) -> None:
    """Tell what is wrong with the database: by an alarm where its rows can be written, else without it."""
    now = now or timezone.now()
    if status not in {UNREACHABLE, NO_ANSWER}:
        try:
            keep(registry.Outcome({Kind.DATABASE: [Finding(status)]}), now)
            alarm_mails.send(now)
        except DatabaseError as error:
            logger.warning("an alarm of the database could not be kept: %s", type(error).__name__)
        else:
            without_database.note_written()
            return
    without_database.note(status)


def keep(outcome: registry.Outcome, now: datetime) -> None:
    """Keep the alarms of an outcome, and note that somebody has looked. Raises DatabaseError."""
    alarms.keep(outcome, now)
    Watch.objects.update_or_create(only=True, defaults={"looked_at": Now()})


def stand_in() -> bool:
    """Look, unless somebody has lately; return whether. Raises DatabaseError."""
    nobody_has = Q(looked_at__lt=Now() - _STANDS_IN_AFTER)
    is_mine = Watch.objects.filter(nobody_has).update(looked_at=Now())
    if is_mine:
        look()
    return bool(is_mine)
