"""Command that makes our orders and mDokumenty agree."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from mdocs.engine import reconciliation, references
from mdocs.engine.comparison import Difference
from mdocs.engine.gateway import connection
from mdocs.engine.references import Reference
from mdocs.models import Reconciliation

LEFT_TO_STAFF = 3  # exit code


class Command(BaseCommand):
    """Compare every live order, and what ended in the last 90 days, with mDokumenty; mend what is certain.

    A run that was cut short goes on where it was. Exits with LEFT_TO_STAFF where people have to look.
    """

    help = (
        "Compares orders with mDokumenty and mends what is certain. Exit codes: 0 they agree, "
        "1 mDokumenty is not well (run it again: it goes on), 3 something is left to staff."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the dry run, the files of references, and how to report."""
        parser.add_argument("--dry-run", action="store_true", help="say what differs, change nothing")
        parser.add_argument(
            "--references",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="file of references, or a log, that names orders which a restored database has lost",
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, dry_run: bool, references: list[Path], json: bool, **options: Any) -> None:
        """Compare, and report."""
        lost = self._read(references)
        total = reconciliation.to_compare(timezone.now()).count() + len(lost)
        with tqdm(total=total, unit=" orders", disable=json) as bar:
            try:
                found, finished = (self._look if dry_run else self._mend)(lost, bar)
            except reconciliation.Paused:
                raise CommandError(
                    "mDokumenty is not well, nothing more is asked. Run this again when it is: it goes on."
                ) from None
        self._report(found, finished=finished, dry_run=dry_run, as_json=json)

    def _read(self, files: list[Path]) -> list[Reference]:
        try:
            return references.read([*references.own_files(), *files])
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from None

    def _look(self, lost: list[Reference], bar: "tqdm[Any]") -> tuple[list[dict[str, Any]], bool]:
        comparison = reconciliation.Comparison(connection(), dry=True)
        found: list[Difference] = []
        for batch, differences in comparison.of_orders():
            found += differences
            bar.update(len(batch))
        for size, differences in comparison.of_references(lost):
            found += differences
            bar.update(size)
        return [each.as_json() for each in found], True

    def _mend(self, lost: list[Reference], bar: "tqdm[Any]") -> tuple[list[dict[str, Any]], bool]:
        run = reconciliation.begin(Reconciliation.Cause.COMMAND)
        bar.update(run.asked)
        finished = reconciliation.run(run, connection(), lost=lost, progress=bar.update)
        return run.differences, finished

    def _report(self, found: list[dict[str, Any]], *, finished: bool, dry_run: bool, as_json: bool) -> None:
        left = sum(not each["mended"] for each in found)
        if as_json:
            report = {"dry_run": dry_run, "finished": finished, "left": left, "differences": found}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            for each in found:
                done = ("certain" if dry_run else "mended") if each["mended"] else "left to staff"
                here, there = each["here"] or "-", each["there"] or "-"
                self.stdout.write(
                    f"{each['order']} {each['number'] or '-'}: {each['kind']} (here {here}, there {there}): {done}"
                )
            kinds = ", ".join(
                f"{kind}: {number}" for kind, number in Counter(e["kind"] for e in found).items()
            )
            self.stdout.write(f"Differences: {len(found)}{f' ({kinds})' if kinds else ''}; left: {left}.")
            if not finished:
                self.stdout.write("Another process is at work on this comparison: look again in a while.")
        if left:
            raise CommandError(f"Left to staff: {left}.", returncode=LEFT_TO_STAFF)
