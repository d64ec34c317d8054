"""Files and parameters that an import's job keeps: its table, the rejected rows, what its photos are compared with."""

import json
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import ContentFile, File

from students.importing.changes import NewAlbumNumber
from students.importing.files import delete_after_commit, open_stored, store_file
from students.importing.photo_index import index_photos, write_index
from students.importing.photo_sources import zip_photos
from students.importing.rejected_rows import store_rejected
from students.importing.results import RowOutcome, RowResult
from students.models import Job


def add_parameters(job: Job, **found: Any) -> None:
    """Add to a job's parameters."""
    job.parameters = {**job.parameters, **found}
    Job.objects.filter(pk=job.pk).update(parameters=job.parameters)


def keep_table(job: Job, name: str | None) -> None:
    """Name the stored file of a job, None for none."""
    job.file = name
    Job.objects.filter(pk=job.pk).update(file=name)


def keep_rejected(job: Job, last: Sequence[RowResult]) -> None:
    """Store the rejected rows of all batches as they came; `last` are the results of the last one."""
    if "header" not in job.parameters:
        return  # begun by version 0.1.0
    before = job.notes.filter(outcome=RowOutcome.REJECTED, row__isnull=False).values_list("row", flat=True)
    here = (result.row for result in last if result.outcome == RowOutcome.REJECTED)
    numbers = {number for number in (*before, *here) if number is not None}
    with open_stored(job.file.name) as gathered:
        name = store_rejected(gathered, numbers, job.parameters["header"])
    add_parameters(job, rejected_rows=name)


def add_album_numbers(job: Job, added: list[NewAlbumNumber]) -> None:
    """Add to the stored album numbers that the previewed rows bring; its photos are compared with them."""
    before = job.parameters.get("album_numbers")
    if added or not before:
        content = json.dumps([*_album_numbers(job), *added]).encode()
        add_parameters(job, album_numbers=store_file(ContentFile(content)))
        delete_after_commit(before)


def _album_numbers(job: Job) -> list[NewAlbumNumber]:
    if "album_numbers" not in job.parameters:
        return []
    with open_stored(job.parameters["album_numbers"]) as file:
        return [(album, student, before) for album, student, before in json.load(file)]


def keep_photo_index(job: Job) -> None:
    """Store the index of the job's photos, which knows what the rows before them bring."""
    with open_stored(job.parameters["photos"]) as archive, TemporaryFile() as index:
        write_index(index_photos(zip_photos(archive), _album_numbers(job)), index)
        add_parameters(job, photo_index=store_file(File(index)))
