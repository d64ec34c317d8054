"""manage.py apply_retention: delete what is kept no longer, as RETENTION_MONTHS says."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from students.retention import BATCH, apply_retention


class Command(BaseCommand):
    """Apply the rules of retention, as beat does every night; safe to stop at any time and to run again."""

    help = "Deletes what is kept no longer (KEEP_…_MONTHS), in batches; --dry-run only counts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the dry run and the size of a batch."""
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of one transaction")

    def handle(self, *args: Any, dry_run: bool, batch: int, **options: Any) -> None:
        """Write a line for each rule."""
        for name, number in apply_retention(timezone.now(), dry_run=dry_run, batch=batch):
            self.stdout.write(f"{name}: {number}{' due' if dry_run else ''}")
