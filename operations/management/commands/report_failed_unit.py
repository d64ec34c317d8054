"""manage.py report_failed_unit NAME: log and mail that a unit of systemd has failed, as OnFailure= of it asks."""

import logging
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Report of a failed unit: a critical line, which is mailed to ADMINS. It asks neither database nor Redis."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []  # what stops the unit may be what they would stop this for

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the name."""
        parser.add_argument("unit")

    def handle(self, *_args: object, **options: str) -> None:
        """Log it."""
        logger.critical(
            "%s has failed: journalctl -u %s says why (docs/runbook.md, Failed units)",
            options["unit"],
            options["unit"],
        )
