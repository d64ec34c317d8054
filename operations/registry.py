"""Registry of the checks: the one place for alarms, /health/ready, the doctor and the technician's page."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, transaction

from operations.alarm_kinds import Kind
from operations.checks import clocks, left, outside, processes, stores, work
from operations.checks.base import Check, Finding, Moment, Words
from students.failures import place_of

logger = logging.getLogger(__name__)

# In the order in which they run: what others need comes before them.
CHECKS: dict[Kind, Check] = {
    check.kind: check
    for check in (
        stores.DATABASE,
        stores.KEYS,
        stores.REDIS,
        processes.BEAT,
        processes.WORKERS,
        work.ORDERS_DUE,
        work.MDOKUMENTY,
        work.CERTIFICATE,
        work.MESSAGES,
        work.PHONES,
        work.PERIODIC_TASKS,
        work.SWEEP,
        work.SIGN_IN,
        processes.STORAGE,
        processes.DISK,
        clocks.CLOCK,
        left.RECONCILIATION,
        left.WEBHOOKS,
        outside.MDOKUMENTY_CALL,
        outside.MAIL,
        outside.PUSH,
        outside.SETTINGS,
    )
}


@dataclass
class Outcome:
    """Findings of the checks, by kind; `unasked` are those that another one's finding explains, or that failed."""

    found: dict[Kind, list[Finding]] = field(default_factory=dict)
    unasked: set[Kind] = field(default_factory=set)

    @property
    def is_well(self) -> bool:
        """Return whether nothing is wrong."""
        return not any(self.found.values())

    @property
    def stops_all(self) -> bool:
        """Return whether something was found with which nothing can be served."""
        return any(CHECKS[kind].stops_all and findings for kind, findings in self.found.items())


def run_checks(now: datetime, *, thorough: bool = False) -> Outcome:
    """Run the checks, with `thorough` those too that call other servers; without the database no other can run."""
    outcome, moment = Outcome(), Moment(now)
    for kind, check in CHECKS.items():
        if check.thorough and not thorough:
            continue
        if Kind.DATABASE in moment.unwell or any(needed in moment.unwell for needed in check.needs):
            outcome.unasked.add(kind)
            continue
        try:
            findings = _findings(check, moment)
        except DatabaseError as error:  # no answer of this one; the others may have theirs
            logger.warning("the check %s could not run: %s", kind, type(error).__name__)
            outcome.unasked.add(kind)
            continue
        except Exception as error:  # noqa: BLE001 -- whatever it is, the other alarms are kept
            logger.error("the check %s failed: %s\n%s", kind, type(error).__name__, place_of(error))
            outcome.unasked.add(kind)
            continue
        outcome.found[kind] = findings
        if findings:
            moment.unwell.add(kind)
    return outcome


def words(kind: str, status: str) -> Words | None:
    """Return the words of a status; None for one that a later version has found."""
    check = CHECKS.get(Kind(kind)) if kind in Kind.values else None
    return check.words.get(status) if check else None


def health_line(check: Check, findings: Iterable[Finding]) -> str:
    """Return the line of a check in /health/ready: "ok", or each status with the subjects that have it."""
    by_status: dict[str, list[str]] = {}
    for finding in findings:
        subjects = by_status.setdefault(finding.said or finding.status, [])
        if finding.subject and check.names_nobody:
            subjects.append(finding.subject)
    parts = [
        f"{status}: {', '.join(subjects)}" if subjects else status for status, subjects in by_status.items()
    ]
    return "; ".join(parts) or "ok"


def _findings(check: Check, moment: Moment) -> list[Finding]:
    if check.kind is Kind.DATABASE:  # on a connection of its own
        return list(check.find(moment))
    with transaction.atomic():
        return list(check.find(moment))
