"""Background jobs of the import: a preview, which changes nothing, and the import of the same file.

The first step replaces the uploaded table by its rows grouped by student, and the last one of the rows writes an index
of the photos, which wait in their archive: what concerns the whole is done once, and a batch costs the same whatever
their number. The files are deleted after the import.
"""

from collections.abc import Sequence
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import File
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from students import jobs
from students.ending_limit import exceeds_ending_limit
from students.following_jobs import jobs_of_preview, start_once
from students.importing.batches import BATCH, import_batch, rehearse_batch
from students.importing.command_job import COMMAND
from students.importing.existing import CatalogueChanges
from students.importing.files import FILE_GONE, delete_after_commit, is_stored, open_stored, store_file
from students.importing.grouping import Group, group_rows, read_batch
from students.importing.job_files import (
    add_album_numbers,
    add_parameters,
    keep_photo_index,
    keep_rejected,
    keep_table,
)
from students.importing.job_kinds import IMPORT, PREVIEW
from students.importing.outcomes import DOCUMENT_ENDS, OUTCOMES, STORED, batch_result, preview_in_words
from students.importing.permissions import may_import
from students.importing.photo_index import read_index
from students.importing.photo_sources import zip_photos, zip_reader
from students.importing.photos import BATCH as PHOTOS
from students.importing.photos import preview_photos, store_photos
from students.importing.results import RowOutcome
from students.importing.tables import read_table
from students.importing.undo.records import record_changes, record_photos
from students.importing.undo.undo_jobs import register as register_undo
from students.importing.undo.undo_jobs import undo_actions, undoing
from students.job_pages import JobAction
from students.models import Job, JobNote, User
from students.spreadsheets.errors import UnreadableFile


def start_preview(
    table: File[Any],
    ending: str,
    photos: File[Any] | None,
    *,
    by: User,
    encoding: str = "",
    cut_photos: bool = False,
) -> Job:
    """Start a preview of an uploaded table, whose name ends with `ending`, and of an archive of photos.

    `encoding` is the table's, where the user has chosen one; `cut_photos` says that those wider than high are cut.
    """
    parameters: dict[str, Any] = {"ending": ending, **({"encoding": encoding} if encoding else {})}
    if photos:
        parameters |= {"photos": store_file(photos), "cut_photos": cut_photos}
    return jobs.start(PREVIEW, str(_("Podgląd importu z USOS")), by=by, parameters=parameters, file=table)


def start_import(preview: Job, *, by: User, accepted: int = 0) -> Job:
    """Start the import of a previewed file; a second call returns the job of the first.

    `accepted` is the number of documents that may end. Raises JobFailed where the file is gone, and where more end than
    the limit and than were accepted.
    """

    def start(preview: Job) -> Job:
        if not can_be_imported(preview):
            raise jobs.JobFailed(FILE_GONE)
        if accepted < _endings_to_accept(preview):
            raise jobs.JobFailed(_("Ten import kończy wiele mLegitymacji: potwierdź go ich liczbą."))
        parameters = {**preview.parameters, "preview": preview.pk, "total": preview.total}
        job = jobs.start(IMPORT, str(_("Import z USOS")), by=by, parameters=parameters)
        keep_table(job, preview.file.name)
        return job

    return start_once(preview, jobs_of_preview(IMPORT, preview), start)


def can_be_imported(preview: Job) -> bool:
    """Return whether a preview is done and its file still exists."""
    ready = preview.kind == PREVIEW and preview.state == Job.State.DONE and preview.file
    return bool(ready) and is_stored(preview.file.name)


def count(job: Job) -> int:
    """Read the whole table, so that a broken one changes nothing; return the number of rows and photos.

    Raises JobFailed for an unreadable file.
    """
    if "total" in job.parameters:
        return int(job.parameters["total"])
    try:
        with open_stored(job.file.name) as table, TemporaryFile() as gathered:
            read = read_table(
                table, f"table{job.parameters['ending']}", encoding=job.parameters.get("encoding")
            )
            total = group_rows(read, gathered)
            add_parameters(job, read_as=read.read_as, header=read.header)
            if "photos" in job.parameters:
                with open_stored(job.parameters["photos"]) as archive:
                    total += len(zip_photos(archive))
            kept = store_file(File(gathered))
    except UnreadableFile as error:
        raise jobs.JobFailed(str(error)) from error
    delete_after_commit(job.file.name)
    keep_table(job, kept)
    return total


def _summary(job: Job) -> Sequence[str]:
    """Return what a preview found, and what was read and how: the sheet, or encoding and separator."""
    found = preview_in_words(job) if job.kind == PREVIEW and job.state == Job.State.DONE else []
    return [*found, *(str(sentence) for sentence in job.parameters.get("read_as", ()))]


def preview_step(job: Job) -> jobs.BatchResult:
    """Preview the next batch."""
    return _step(job, importing=False)


def import_step(job: Job) -> jobs.BatchResult:
    """Import the next batch; after the last one the files are deleted.

    Raises JobFailed where the user who started it may no longer import, and for an import of the command.
    """
    if COMMAND in job.parameters:
        raise jobs.JobFailed(
            str(_("Polecenie import_students nie skończyło tego importu: uruchom je jeszcze raz."))
        )
    if job.started_by is None or not may_import(job.started_by):
        raise jobs.JobFailed(str(_("Kto zlecił ten import, nie ma już do niego uprawnień.")))
    if undoing(job).exists():
        raise jobs.JobFailed(str(_("Ten import został cofnięty.")))
    step = _step(job, importing=True)
    if step.cursor is None:
        files = (job.parameters.get(name) for name in ("photos", "photo_index", "album_numbers"))
        delete_after_commit(job.file.name, *files)
        keep_table(job, None)
    return step


def _step(job: Job, *, importing: bool) -> jobs.BatchResult:
    cursor = job.cursor or {"row": 0}
    if "row" in cursor:
        return _rows_step(job, cursor, importing=importing)
    return _photos_step(job, cursor["photo"], importing=importing)


def _rows_step(job: Job, cursor: dict[str, Any], *, importing: bool) -> jobs.BatchResult:
    with open_stored(job.file.name) as gathered:
        groups, start = read_batch(gathered, cursor["row"], BATCH)
    if importing:
        report = import_batch(
            groups, by=job.started_by, refused=_refused(job, groups), record=partial(record_changes, job)
        )
    else:
        programmes = [tuple(name) for name in cursor.get("programmes", ())]
        report = rehearse_batch(groups, CatalogueChanges(programmes, cursor.get("contacts", {})))
        if job.parameters.get("photos"):
            add_album_numbers(job, report.album_numbers)
    following: dict[str, Any] | None = None
    if start is None:
        keep_rejected(job, report.results)
    if start is not None:
        following = {"row": start, **({} if importing else vars(report.catalogue))}
    elif job.parameters.get("photos"):
        if "photo_index" not in job.parameters:
            keep_photo_index(job)
        following = {"photo": 0}
    return batch_result(report.results, report.endings, following)


def _refused(job: Job, groups: Sequence[Group]) -> dict[int, str]:
    """Return the rows that the preview has refused, by their numbers, with the reasons."""
    numbers = [line.number for group in groups for line in group]
    notes = JobNote.objects.filter(
        job=job.parameters["preview"], outcome=RowOutcome.REJECTED, row__in=numbers
    )
    return {number: reason for number, reason in notes.values_list("row", "detail") if number is not None}


def _photos_step(job: Job, start: int, *, importing: bool) -> jobs.BatchResult:
    if "photo_index" not in job.parameters:  # begun by version 0.1.0; what it has stored counts as unchanged
        keep_photo_index(job)
        start = 0
    with open_stored(job.parameters["photo_index"]) as index:
        batch, following = read_index(index, start, PHOTOS)
    with open_stored(job.parameters["photos"]) as archive:
        read = zip_reader(archive)
        cut = bool(job.parameters.get("cut_photos"))
        results = (
            store_photos(batch, read, by=job.started_by, cut=cut, record=partial(record_photos, job))
            if importing
            else preview_photos(batch, read, cut=cut)
        )
    return batch_result(results, cursor=None if following is None else {"photo": following})


def _actions(job: Job, user: User | AnonymousUser) -> list[JobAction]:
    """Return the button that imports a previewed file, if there are changes and no import of it."""
    if not may_import(user) or not can_be_imported(job):
        return []
    changes = any(job.counts.get(outcome) for outcome in STORED)
    if not changes or jobs_of_preview(IMPORT, job).exists():
        return []
    address = reverse("students:import_apply", args=[job.pk])
    if endings := _endings_to_accept(job):
        return [
            JobAction(
                format_lazy(_("Zastosuj i zakończ {count} mLegitymacji"), count=endings),
                f"{address}?ending={endings}",
                _(
                    "To więcej niż zwykle. Sprawdź listę poniżej: zakończonej mLegitymacji nie da się przywrócić."
                ),
            )
        ]
    return [
        JobAction(
            _("Zastosuj"),
            address,
            _("Do tej pory nic się nie zmieniło. Odrzucone wiersze zostaną pominięte."),
        )
    ]


def _endings_to_accept(preview: Job) -> int:
    """Return the number of documents that somebody has to accept, 0 where there are few."""
    endings = preview.counts.get(DOCUMENT_ENDS, 0)
    return endings if preview.total and exceeds_ending_limit(endings, preview.total) else 0


def register() -> None:
    """Register the job types of imports and of undoing them; called once, when the apps are ready."""
    jobs.register(jobs.JobType(PREVIEW, count, preview_step, OUTCOMES, actions=_actions, summary=_summary))
    jobs.register(jobs.JobType(IMPORT, count, import_step, OUTCOMES, actions=undo_actions, summary=_summary))
    register_undo()
