"""manage.py import_students FILE: import students, studies, cards and photos from USOS."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.mail import mail_admins
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from students.disk_full import EXIT_CODE, is_disk_full
from students.ending_limit import TOO_MANY_ENDINGS, exceeds_ending_limit
from students.importing.batches import BATCH, BatchReport, import_batch, rehearse_batch
from students.importing.changes import NewAlbumNumber
from students.importing.command_job import (
    CommandStopped,
    add_batch,
    check_not_stopped,
    command_job,
    expect_more,
)
from students.importing.forecasts import Ending
from students.importing.grouping import Group, group_rows, read_batches
from students.importing.outcomes import OUTCOMES, PHOTOS_CUT, count_outcomes, notes_of
from students.importing.photo_index import IndexedPhoto, index_photos
from students.importing.photo_sources import ReadPhoto, open_photos
from students.importing.photos import BATCH as PHOTOS
from students.importing.photos import preview_photos, store_photos
from students.importing.results import PhotoOutcome, RowOutcome, RowResult
from students.importing.tables import read_table
from students.importing.undo.records import record_changes, record_photos
from students.models import Job
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.text_encodings import ENCODINGS

ROWS_REJECTED = 3  # exit code
REJECTED = (RowOutcome.REJECTED, PhotoOutcome.REJECTED)


class Command(BaseCommand):
    """Import a table batch by batch, each committed by itself; importing it again changes nothing.

    Exits with 0 when everything was imported, with 1 when nothing could be (an unreadable file), and with
    ROWS_REJECTED when rows or photos were rejected: these are listed on stderr with their reasons, the others are
    stored. Exits with TOO_MANY_ENDINGS, and changes nothing, when more documents would end than the limit
    (MOST_ENDINGS) and than --accept-ending allows; the administrators are told. Exits with `disk_full.EXIT_CODE` when
    there was no room: batches before that are stored, and the message says how far it came.

    An import is a job too (`students.importing.command_job`): the admin shows what it has changed, and can undo it.
    """

    help = (
        "Imports students from a CSV or XLSX of USOS. Exit codes: 0 all taken, 1 file unreadable, 3 some rejected, "
        "4 too many documents would end, 5 disk full."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the table, the photos, and the dry run."""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
        parser.add_argument("--photos", type=Path, metavar="DIR_OR_ZIP", help="JPEGs named by album number")
        parser.add_argument(
            "--encoding", choices=ENCODINGS, help="encoding of a CSV, where it is not recognised"
        )
        parser.add_argument(
            "--accept-ending", type=int, default=0, metavar="N", help="documents that the import may end"
        )
        parser.add_argument(
            "--cut-photos",
            action="store_true",
            help="cut photos that are wider than high; else they are rejected",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(
        self,
        *args: Any,
        file: Path,
        photos: Path | None,
        dry_run: bool,
        encoding: str | None = None,
        accept_ending: int = 0,
        cut_photos: bool = False,
        **options: Any,
    ) -> None:
        """Read everything first, then import or preview it."""
        self.dry_run, self.tally = dry_run, Counter[str]()
        self.done = self.total = 0  # rows and photos
        self.job: Job | None = None
        self.refused: dict[int, str] = {}
        self.album_numbers: list[NewAlbumNumber] = []
        try:
            with (
                file.open("rb") as table,
                TemporaryFile() as gathered,
                open_photos(photos) if photos else nullcontext() as source,
            ):
                lines = read_table(table, file.name, encoding=encoding)
                rows = self.total = group_rows(lines, gathered)
                self.stdout.write(" ".join(lines.read_as))
                if not dry_run:
                    self._brake(gathered, rows, accepted=accept_ending)
                with nullcontext() if dry_run else command_job(rows) as self.job:
                    self._rows(gathered, rows)
                    if source:
                        files, read = source
                        expected = self.album_numbers if dry_run else ()
                        self._photos(list(index_photos(files, expected)), read, cut=cut_photos)
        except CommandStopped as error:
            raise CommandError(_("Import zatrzymano w administracji. To, co wczytano, zostaje.")) from error
        except (OSError, OperationalError) as error:
            if is_disk_full(error):
                raise CommandError(self._how_far(), returncode=EXIT_CODE) from error
            if isinstance(error, OperationalError):
                raise
            raise CommandError(_("Nie da się odczytać pliku %(name)s.") % {"name": file.name}) from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        self._say_the_end()

    def _brake(self, gathered: IO[bytes], rows: int, *, accepted: int) -> None:
        """Stop an import that would end more documents than the limit and than were accepted; tell the
        administrators."""
        endings: list[Ending] = []
        for report in self._rehearsals(gathered):
            endings += report.endings
            self.refused |= {
                each.row: each.detail
                for each in report.results
                if each.row is not None and each.outcome == RowOutcome.REJECTED
            }
        if len(endings) <= accepted or not exceeds_ending_limit(len(endings), rows):
            return
        for each in endings:
            self.stderr.write(f"{each.album_number}: {each.reason}")
        message = _("Import zakończyłby mLegitymacje: %(count)d. Nic nie zmieniono.") % {
            "count": len(endings)
        }
        mail_admins(_("Import z USOS zatrzymany"), message, fail_silently=True)
        raise CommandError(message, returncode=TOO_MANY_ENDINGS)

    def _rehearsals(self, gathered: IO[bytes]) -> Iterator[BatchReport]:
        """Yield the report of each batch, given what those before it would add to the catalogue."""
        report = None
        for groups in read_batches(gathered, BATCH):
            report = rehearse_batch(groups, report.catalogue if report else None)
            yield report

    def _rows(self, gathered: IO[bytes], rows: int) -> None:
        reports = (
            self._rehearsals(gathered) if self.dry_run else map(self._import, read_batches(gathered, BATCH))
        )
        with tqdm(total=rows, unit=" " + _("wierszy")) as bar:
            for report in reports:
                self.album_numbers += report.album_numbers
                self._say(report.results, bar, report.endings)

    @transaction.atomic
    def _import(self, groups: Sequence[Group]) -> BatchReport:
        assert self.job  # noqa: S101 - what is no dry run is a job
        check_not_stopped(self.job)
        report = import_batch(groups, by=None, refused=self.refused, record=partial(record_changes, self.job))
        add_batch(self.job, report.results, report.endings)
        return report

    @transaction.atomic
    def _store(self, batch: Sequence[IndexedPhoto], read: ReadPhoto, *, cut: bool) -> list[RowResult]:
        assert self.job  # noqa: S101 - what is no dry run is a job
        check_not_stopped(self.job)
        results = store_photos(batch, read, by=None, cut=cut, record=partial(record_photos, self.job))
        add_batch(self.job, results)
        return results

    def _photos(self, photos: Sequence[IndexedPhoto], read: ReadPhoto, *, cut: bool) -> None:
        self.total += len(photos)
        if self.job:
            expect_more(self.job, len(photos))
        with tqdm(total=len(photos), unit=" " + _("zdjęć")) as bar:
            for start in range(0, len(photos), PHOTOS):
                batch = photos[start : start + PHOTOS]
                results = (
                    preview_photos(batch, read, cut=cut)
                    if self.dry_run
                    else self._store(batch, read, cut=cut)
                )
                self._say(results, bar)

    def _say(self, results: Sequence[RowResult], bar: "tqdm[Any]", endings: Sequence[Ending] = ()) -> None:
        """Print rejected rows and photos, and those that were cut; in a dry run also the changes."""
        with bar.external_write_mode():
            for note in notes_of(results, endings):
                line = f"{note.subject}: {OUTCOMES[note.outcome]}: {note.detail}"
                if note.outcome in REJECTED:
                    self.stderr.write(line)
                elif self.dry_run or note.outcome == PHOTOS_CUT:
                    who = ", ".join(filter(None, (note.holder, note.album_number)))
                    self.stdout.write(f"{line} ({who})" if who else line)
        self.tally += count_outcomes(results, endings)
        self.done += len(results)
        bar.update(len(results))

    def _how_far(self) -> str:
        """Return what was done, and what was not, when the disk was full."""
        return _(
            "Dysk jest pełny. Wczytano %(done)s z %(total)s wierszy i zdjęć, i to zostaje; reszty nie wczytano. "
            "Zrób miejsce i uruchom polecenie jeszcze raz."
        ) % {"done": self.done, "total": self.total}

    def _say_the_end(self) -> None:
        counts = ", ".join(f"{word}: {self.tally[outcome]}" for outcome, word in OUTCOMES.items())
        text = _("Podgląd, nic nie zmieniono: %(counts)s.") if self.dry_run else _("Import: %(counts)s.")
        self.stdout.write(text % {"counts": counts})
        if rejected := sum(self.tally[outcome] for outcome in REJECTED):
            raise CommandError(
                _("Odrzucono: %(number)s. Powody są powyżej; reszta jest w porządku.") % {"number": rejected},
                returncode=ROWS_REJECTED,
            )
