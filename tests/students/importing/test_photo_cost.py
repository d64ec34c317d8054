"""What a batch of photos costs does not grow with the number of photos in the import."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.importing import files, import_jobs
from students.importing.photos import BATCH
from students.models import Job, Student
from students.roles import ADMINISTRATOR
from tests.students.factories import make_member, small_jpeg
from tests.students.importing.conftest import TODAY
from tests.students.importing.usos_file import many_rows, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]


class CountingFile:
    """File that adds up the bytes that are read from it."""

    def __init__(self, file: IO[bytes], read: list[int]) -> None:
        self._file, self._read = file, read

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._read.append(len(data))
        return data

    def readline(self, size: int = -1) -> bytes:
        line = self._file.readline(size)
        self._read.append(len(line))
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def started(photos: int, tmp_path: Path, *, rows: int) -> Job:
    """Start a preview of a table and of as many photos, and bring it to the first of them."""
    table = write_csv(tmp_path / "u.csv", many_rows(rows, today=TODAY)).read_bytes()
    jpeg, buffer = small_jpeg(), BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(photos):
            archive.writestr(f"{600_000 + number}.jpg", jpeg)
    job = import_jobs.start_preview(
        ContentFile(table), ".csv", ContentFile(buffer.getvalue()), by=make_member(ADMINISTRATOR)
    )
    assert import_jobs.count(job) == rows + photos
    while "photo" not in (job.cursor or {}):
        job.cursor = import_jobs.preview_step(job).cursor
    return job


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Add up what the steps of the job read from stored files."""
    sizes: list[int] = []
    really = files.open_stored

    @contextmanager
    def counted(name: str | None) -> Iterator[Any]:
        with really(name) as file:
            yield CountingFile(file, sizes)

    monkeypatch.setattr(import_jobs, "open_stored", counted)
    return sizes


def cost(job: Job, read: list[int]) -> tuple[int, int]:
    """Return the queries, and the bytes read in units of 10,000, that the next batch takes."""
    read.clear()
    with CaptureQueriesContext(connection) as queries:
        step = import_jobs.preview_step(job)
    assert step.done == BATCH
    job.cursor = step.cursor
    return len(queries), sum(read) // 10_000


def test_a_batch_reads_its_own_photos_and_nothing_else(tmp_path: Path, read: list[int]) -> None:
    few = started(2 * BATCH, tmp_path, rows=2 * BATCH)
    first, last = cost(few, read), cost(few, read)
    assert few.cursor is None
    Job.objects.all().delete()
    many = started(20 * BATCH, tmp_path, rows=20 * BATCH)
    assert cost(many, read) == first == last
    assert [cost(many, read) for _batch in range(19)] == [first] * 19
    assert many.cursor is None
    assert Student.objects.count() == 0


def test_an_import_begun_before_there_was_an_index_still_ends(tmp_path: Path) -> None:
    job = started(BATCH, tmp_path, rows=BATCH)
    del job.parameters["photo_index"]
    step = import_jobs.preview_step(job)
    assert (step.done, step.counts, step.cursor) == (BATCH, {"photo_new": BATCH}, None)
