"""manage.py record_succeeded_unit NAME: record that a unit of systemd has done its work, as OnSuccess= of it asks."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from operations import timed_units


class Command(BaseCommand):
    """Record of a unit's success: without one for too long there is an alarm (TIMED_UNITS)."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []  # as for its failure

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the name."""
        parser.add_argument("unit", choices=sorted(timed_units.EVERY))

    def handle(self, *_args: object, **options: str) -> None:
        """Record it."""
        timed_units.record_success(options["unit"])
