"""manage.py import_students FILE: import students, studies, cards and photos from USOS."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.mail import mail_admins
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from students.consent import needs_consent
from students.importing.batches import BATCH, import_batch, rehearse_batch
from students.importing.grouping import album_numbers, group_rows, read_batches
from students.importing.import_jobs import DOCUMENT_ENDS, OUTCOMES
from students.importing.photo_index import IndexedPhoto, index_photos
from students.importing.photo_sources import ReadPhoto, open_photos
from students.importing.photos import BATCH as PHOTOS
from students.importing.photos import preview_photos, store_photos
from students.importing.results import RowOutcome, RowResult
from students.importing.tables import read_table
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.text_encodings import ENCODINGS

ROWS_REJECTED, TOO_MANY_ENDINGS = 3, 4  # exit codes


class Command(BaseCommand):
    """Import a table batch by batch, each committed by itself; importing it again changes nothing.

    Exits with 0 when everything was imported, with 1 when nothing could be (an unreadable file), and with
    ROWS_REJECTED when rows or photos were rejected: these are listed on stderr with their reasons, the others are
    stored. Exits with TOO_MANY_ENDINGS, and changes nothing, when more documents would end than the limit
    (MOST_ENDINGS) and than --accept-ending allows; the administrators are told.
    """

    help = (
        "Imports students from a CSV or XLSX of USOS. Exit codes: 0 all taken, 1 file unreadable, 3 some rejected, "
        "4 too many documents would end."
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
        try:
            with (
                file.open("rb") as table,
                TemporaryFile() as gathered,
                open_photos(photos) if photos else nullcontext() as source,
            ):
                lines = read_table(table, file.name, encoding=encoding)
                rows = group_rows(lines, gathered)
                self.stdout.write(" ".join(lines.read_as))
                if not dry_run:
                    self._brake(gathered, rows, accepted=accept_ending)
                self._rows(gathered, rows)
                if source:
                    expected = album_numbers(gathered) if dry_run else ()
                    files, read = source
                    self._photos(list(index_photos(files, expected)), read, cut=cut_photos)
        except OSError as error:
            raise CommandError(_("Nie da się odczytać pliku %(name)s.") % {"name": file.name}) from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        self._say_the_end()

    def _brake(self, gathered: IO[bytes], rows: int, *, accepted: int) -> None:
        """Stop an import that would end more documents than the limit and than were accepted; tell the
        administrators."""
        endings = [each for groups in read_batches(gathered, BATCH) for each in rehearse_batch(groups)[1]]
        if len(endings) <= accepted or not needs_consent(len(endings), rows):
            return
        for each in endings:
            self.stderr.write(f"{each.album_number}: {each.reason}")
        message = _("Import zakończyłby mLegitymacje: %(count)d. Nic nie zmieniono.") % {
            "count": len(endings)
        }
        mail_admins(_("Import z USOS zatrzymany"), message, fail_silently=True)
        raise CommandError(message, returncode=TOO_MANY_ENDINGS)

    def _rows(self, gathered: IO[bytes], rows: int) -> None:
        with tqdm(total=rows, unit=" " + _("wierszy")) as bar:
            for groups in read_batches(gathered, BATCH):
                if not self.dry_run:
                    self._say(import_batch(groups, by=None), bar)
                    continue
                results, endings = rehearse_batch(groups)
                for each in endings:
                    self.stdout.write(
                        f"{each.album_number}, {each.holder}: {OUTCOMES[DOCUMENT_ENDS]}: {each.reason}"
                    )
                self.tally[DOCUMENT_ENDS] += len(endings)
                self._say(results, bar)

    def _photos(self, photos: Sequence[IndexedPhoto], read: ReadPhoto, *, cut: bool) -> None:
        with tqdm(total=len(photos), unit=" " + _("zdjęć")) as bar:
            for start in range(0, len(photos), PHOTOS):
                batch = photos[start : start + PHOTOS]
                if self.dry_run:
                    self._say(preview_photos(batch, read, cut=cut), bar)
                else:
                    self._say(store_photos(batch, read, by=None, cut=cut), bar)

    def _say(self, results: Sequence[RowResult], bar: "tqdm[Any]") -> None:
        """Print rejected rows and photos that were cut; in a dry run also the changes."""
        with bar.external_write_mode():
            for result in results:
                line = f"{result.subject}: {OUTCOMES[result.outcome]}: {result.detail}"
                if result.outcome == RowOutcome.REJECTED:
                    self.stderr.write(line)
                elif result.is_cut or (self.dry_run and result.outcome != RowOutcome.UNCHANGED):
                    self.stdout.write(line)
        self.tally.update(result.outcome for result in results)
        bar.update(len(results))

    def _say_the_end(self) -> None:
        counts = ", ".join(
            f"{word}: {self.tally[outcome]}"
            for outcome, word in OUTCOMES.items()
            if self.dry_run or outcome != DOCUMENT_ENDS
        )
        text = _("Podgląd, nic nie zmieniono: %(counts)s.") if self.dry_run else _("Import: %(counts)s.")
        self.stdout.write(text % {"counts": counts})
        if self.tally[RowOutcome.REJECTED]:
            raise CommandError(
                _("Odrzucono: %(number)s. Powody są powyżej; reszta jest w porządku.")
                % {"number": self.tally[RowOutcome.REJECTED]},
                returncode=ROWS_REJECTED,
            )
