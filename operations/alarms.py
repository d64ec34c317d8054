"""Alarms: opened for what the checks find, closed when it has been gone for a while.

Every run of the checks updates them: the periodic task's, that of /health/ready, that of a worker that stands in. Two
runs at once come to the same, because one alarm of a kind and subject may be open (a constraint).
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from operations import registry
from operations.alarm_kinds import Kind
from operations.checks.base import Finding
from operations.models import Alarm

logger = logging.getLogger(__name__)

GONE_AFTER = timedelta(seconds=45)  # so that what comes and goes is one alarm, and one mail
_NOTED_EVERY = timedelta(seconds=10)


def update(outcome: registry.Outcome, now: datetime) -> None:
    """Open, go on with and close alarms by the outcome of the checks. Raises DatabaseError."""
    opened = {(alarm.kind, alarm.subject): alarm for alarm in Alarm.objects.open()}
    for kind, findings in outcome.found.items():
        if registry.CHECKS[kind].thorough:
            continue
        for finding in findings:
            alarm = opened.pop((kind.value, finding.subject), None)
            if alarm is None:
                _open(kind, finding, now)
            else:
                _go_on(alarm, finding, now)
    asked = {kind.value for kind in outcome.found}
    for alarm in opened.values():
        if alarm.kind in asked and alarm.last_seen_at < now - GONE_AFTER:
            _close(alarm, now)


def _open(kind: Kind, finding: Finding, now: datetime) -> None:
    same = Alarm.objects.filter(kind=kind, subject=finding.subject)
    with transaction.atomic():
        if same.filter(gone_at__isnull=True).exists():
            return  # somebody else has looked at this moment
        # What comes back before anybody was told that it is gone is the same alarm.
        back = same.filter(status=finding.status, gone_at__isnull=False, end_told_at__isnull=True).first()
        if back is not None:
            same.filter(pk=back.pk).update(gone_at=None, last_seen_at=now, facts=dict(finding.facts))
            return
        new = Alarm(
            kind=kind,
            subject=finding.subject,
            status=finding.status,
            facts=dict(finding.facts),
            since=now,
            last_seen_at=now,
        )
        Alarm.objects.bulk_create([new], ignore_conflicts=True)
    logger.error("alarm: %s: %s %s", kind, finding.status, finding.subject)


def _go_on(alarm: Alarm, finding: Finding, now: datetime) -> None:
    is_same = alarm.status == finding.status
    if is_same and alarm.last_seen_at > now - _NOTED_EVERY:
        return
    changed: dict[str, object] = {"last_seen_at": now, "facts": dict(finding.facts)}
    if not is_same:
        logger.error("alarm: %s: %s %s", alarm.kind, finding.status, finding.subject)
        changed["status"] = finding.status
    Alarm.objects.filter(pk=alarm.pk, gone_at__isnull=True).update(**changed)


def _close(alarm: Alarm, now: datetime) -> None:
    closed = Alarm.objects.filter(pk=alarm.pk, gone_at__isnull=True, last_seen_at=alarm.last_seen_at).update(
        gone_at=now
    )
    if closed:
        logger.warning("alarm is gone: %s: %s %s", alarm.kind, alarm.status, alarm.subject)
