"""Say what is wrong with the portal, and how to mend it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from operations import alarm_texts, registry
from operations.alarm_kinds import Kind
from operations.checks import outside
from operations.checks.base import Check, Fact, Finding, Moment


class Result(NamedTuple):
    """Result of one check: "ok", "wrong" or "not asked", what was found wrong, and what was measured."""

    kind: Kind
    status: str
    findings: list[Finding]
    facts: list[Fact]


class Command(BaseCommand):
    """Doctor: makes all checks, those that call other servers too. Exits with 1 when something is wrong."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []  # they are among what it asks

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--json", action="store_true", help="for programs: one object on stdout")
        parser.add_argument(
            "--language", choices=["pl", "en"], default="en", help="of the words (default: en)"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Make the checks and tell."""
        with override(options["language"]):
            results = list(examine())
            if options["json"]:
                self.stdout.write(json.dumps({"checks": [_as_json(result) for result in results]}, indent=2))
            else:
                for result in results:
                    self._tell(result)
        if any(result.findings for result in results):
            raise SystemExit(1)

    def _tell(self, result: Result) -> None:
        if not result.findings:
            said = self.style.SUCCESS("ok") if result.status == "ok" else _("nie sprawdzono")
            self.stdout.write(f"{result.kind.label}: {said}")
        for fact in result.facts:
            self.stdout.write(f"    {fact}")
        for finding in result.findings:
            wrong, mend = _words(result.kind, finding)
            self.stdout.write(f"{result.kind.label}: {self.style.ERROR(wrong)}")
            self.stdout.write(f"    {mend}")
            self.stdout.write(
                f"    {alarm_texts.RUNBOOK}, {alarm_texts.section(result.kind, finding.status)}"
            )


def examine() -> Iterator[Result]:
    """Make all checks, and look at this machine, which has no sign of life of its own."""
    now = timezone.now()
    outcome = registry.run_checks(now, thorough=True)
    own = [] if Kind.DATABASE in outcome.unasked or outcome.found.get(Kind.DATABASE) else _of_this_machine()
    for kind in registry.CHECKS:
        findings = [*outcome.found.get(kind, []), *(finding for other, finding in own if other is kind)]
        status = "wrong" if findings else "not asked" if kind in outcome.unasked else "ok"
        yield Result(
            kind, status, findings, [] if status == "not asked" else _facts(registry.CHECKS[kind], now)
        )


def _facts(check: Check, now: datetime) -> list[Fact]:
    try:
        return list(check.measure(Moment(now))) if check.measure else []
    except DatabaseError:  # of which its check tells
        return []


def _of_this_machine() -> list[tuple[Kind, Finding]]:
    try:
        return outside.of_this_machine()
    except DatabaseError:  # of which the check of the database tells
        return []


def _words(kind: Kind, finding: Finding) -> tuple[str, str]:
    parts = (kind, finding.status, finding.subject, finding.facts)
    return alarm_texts.wrong(*parts), alarm_texts.mend(*parts)


def _as_json(result: Result) -> dict[str, object]:
    return {
        "check": result.kind.value,
        "status": result.status,
        "facts": [{"said": str(fact), **fact.values} for fact in result.facts],
        "findings": [
            {
                "status": finding.status,
                "subject": finding.subject,
                "facts": dict(finding.facts),
                "wrong": _words(result.kind, finding)[0],
                "mend": _words(result.kind, finding)[1],
                "runbook": alarm_texts.section(result.kind, finding.status),
            }
            for finding in result.findings
        ],
    }
