"""Command for the daily sweep of documents without entitlement."""

from argparse import ArgumentTypeError
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mdocs.entitlement import brake, rules
from mdocs.entitlement.sweep import sweep
from mdocs.statuses import RevocationReason
from students import periodic
from students.ending_limit import TOO_MANY_ENDINGS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date like 2027-04-01") from None


class Command(BaseCommand):
    """End the mLegitymacje and orders of those who have lost the right to them, as beat does shortly after midnight.

    Safe to run at any time, also while another sweep runs. Exits with TOO_MANY_ENDINGS where more would end than the
    brake lets pass and than --accept-ending allows.
    """

    help = (
        "Cancels orders and revokes mLegitymacje whose students have lost the right to them; says how many and why. "
        "Exit codes: 0 done, 4 too many would end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day, and whether to do nothing yet."""
        parser.add_argument("--dry-run", action="store_true", help="only say who would lose theirs")
        parser.add_argument("--date", type=_day, help="with --dry-run: as things will stand on that day")
        parser.add_argument(
            "--accept-ending", type=int, default=0, metavar="N", help="documents that the sweep may end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, or count who would be swept."""
        today = timezone.localdate()
        day: date = options["date"] or today
        if options["dry_run"]:
            lost = rules.ineligible_students(day).order_by().values_list("reason", flat=True)
            self._tell(f"Would end as of {day}", Counter(map(RevocationReason, lost)))
            self.stdout.write(
                f"Of these, not by a date that has long been known: {brake.unforeseen(day).count()}."
            )
            return
        if day != today:
            raise CommandError("A sweep as of another day can only be looked at: add --dry-run.")
        swept = sweep(timezone.now(), accepted=options["accept_ending"])
        periodic.record_success(brake.TASK, swept.total)  # else its alarm would stay until the night
        self._tell("Ended", swept.ended)
        self.stdout.write(f"Extensions taken back with their cards: {swept.withdrawn}.")
        self.stdout.write(f"Extended with their cards: {swept.extended}.")
        if swept.stopped:
            self._tell("Stopped before", swept.stopped)
            raise CommandError(
                f"{swept.stopped.total()} documents would end: look at them, then --accept-ending.",
                returncode=TOO_MANY_ENDINGS,
            )

    def _tell(self, done: str, counts: Counter[RevocationReason]) -> None:
        self.stdout.write(f"{done}: {counts.total()}.")
        for reason, count in counts.most_common():
            self.stdout.write(f"  {reason.value}: {count}")
