"""The import in the admin: upload, preview, apply."""

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from students import jobs
from students.importing import batches
from students.job_files import delete_old_files
from students.models import Job, Student
from students.models.jobs import KEPT_AFTER_END
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.students.factories import make_member, make_programme, small_jpeg
from tests.students.importing.usos_file import ANNA, Row, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]

PAGE = "/admin/students/import/"
JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": ""}
BAD = JAN | {"numer_albumu": "3", "login": "bad", "poziom": "IV"}


@pytest.fixture
def importer(client: Client) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(make_member(ADMINISTRATOR))
    return client


def table(tmp_path: Path, *rows: Row) -> SimpleUploadedFile:
    return SimpleUploadedFile("usos.csv", write_csv(tmp_path / "u.csv", rows).read_bytes())


def archive(**entries: bytes) -> SimpleUploadedFile:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in entries.items():
            file.writestr(f"{name.strip('_')}.jpg", content)
    return SimpleUploadedFile("photos.zip", buffer.getvalue())


def preview(importer: Client, **files: Any) -> Job:
    answer = importer.post(PAGE, files)
    job = Job.objects.get(kind="import_preview")
    assert answer.status_code == 302 and answer["Location"] == job.get_absolute_url()
    jobs.run_due()
    job.refresh_from_db()
    return job


def apply(importer: Client, job: Job) -> Any:
    return importer.post(reverse("students:import_apply", args=[job.pk]))


def test_a_table_and_photos_are_previewed_and_then_applied(
    importer: Client, tmp_path: Path, kept_files: Storage, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = preview(importer, table=table(tmp_path, ANNA, BAD, JAN), photos=archive(_2=small_jpeg()))
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    counts = {"new": 2, "new_students": 2, "catalogue": 2, "rejected": 1, "photo_new": 1}
    assert job.counts == counts
    assert list(job.notes.filter(outcome="rejected").values_list("subject", "detail")) == [
        ("wiersz 3", "poziom: Dozwolone są: I, II, JM, III, POD.")
    ]
    assert Student.objects.count() == 0
    page = importer.get(job.get_absolute_url()).content.decode()
    assert "Zastosuj" in page and "nowy student" in page and ANNA["pesel"] not in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = apply(importer, job)
        done = Job.objects.get(kind="import")
        assert answer["Location"] == done.get_absolute_url()
        jobs.run_due()
    done.refresh_from_db()
    assert (done.state, done.done, done.total, done.counts) == ("done", 4, 4, counts)
    assert Student.objects.get(album_number="2").photo
    entry = LogEntry.objects.get_for_object(Student.objects.get(album_number="2")).first()
    assert entry and entry.actor == done.started_by
    rejected = {Job.objects.get(pk=each.pk).parameters["rejected_rows"] for each in (job, done)}
    assert set(kept_files.listdir("")[1]) == rejected, "the tables and photos are deleted"
    assert not done.file
    assert "Zastosuj" not in importer.get(job.get_absolute_url()).content.decode()


def test_applying_twice_starts_one_import(importer: Client, tmp_path: Path) -> None:
    job = preview(importer, table=table(tmp_path, ANNA))
    assert apply(importer, job)["Location"] == apply(importer, job)["Location"]
    assert Job.objects.filter(kind="import").count() == 1


def test_an_import_that_was_stopped_goes_on_where_it_was(
    importer: Client, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 1)
    job = preview(importer, table=table(tmp_path, ANNA, JAN))
    apply(importer, job)
    done = Job.objects.get(kind="import")
    calls = iter([batches.import_batch])

    def first_then_fail(*args: Any, **options: Any) -> Any:
        return next(calls)(*args, **options)

    with monkeypatch.context() as broken:
        broken.setattr("students.importing.import_jobs.import_batch", first_then_fail)
        jobs.run_due()
    done.refresh_from_db()
    assert (done.state, done.done, Student.objects.count()) == ("failed", 1, 1)
    jobs.resume(done)
    jobs.run_due()
    done.refresh_from_db()
    assert (done.state, done.done, done.counts["new"]) == ("done", 2, 2)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "To pole jest wymagane"),
        ({"table": SimpleUploadedFile("u.xlsx", b"nothing of the kind")}, "końcówką .xlsx"),
        ({"table": SimpleUploadedFile("u.csv", b"a;b\n1;2\n")}, "nie jest tabela z USOS"),
        ({"photos": SimpleUploadedFile("z.zip", b"no archive")}, "nie jest plik ZIP"),
    ],
)
def test_a_bad_upload_is_refused_on_the_page_in_words(
    importer: Client, files: dict[str, Any], words: str
) -> None:
    for file in files.values():
        file.seek(0)
    answer = importer.post(PAGE, files)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page and "nic się nie zmieniło" in page
    assert Job.objects.count() == 0


def test_a_table_that_is_broken_further_below_fails_before_anything_is_shown(importer: Client) -> None:
    content = ";".join(ANNA) + "\n" + ";".join(ANNA.values()) + '\n"no end'
    job = preview(importer, table=SimpleUploadedFile("u.csv", content.encode()))
    assert (job.state, job.done) == ("failed", 0)
    assert "cudzysłowy" in job.failure
    assert "Zastosuj" not in importer.get(job.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("role", "status"), [(CLERK, 403), (VIEWER, 403), (ADMINISTRATOR, 200)])
def test_only_administrators_import(
    client: Client, tmp_path: Path, role: str, status: int, kept_files: Storage
) -> None:
    administrator = Client()
    administrator.force_login(make_member(ADMINISTRATOR))
    job = preview(administrator, table=table(tmp_path, ANNA))
    client.force_login(make_member(role, make_programme().faculty))
    assert client.get(PAGE).status_code == status
    listed = client.get("/admin/students/job/")
    assert (PAGE in listed.content.decode()) == (status == 200)
    assert client.post(PAGE, {"table": table(tmp_path, JAN)}).status_code == (302 if status == 200 else 403)
    assert apply(client, job).status_code == (302 if status == 200 else 403)
    assert client.get(reverse("students:import_apply", args=[job.pk])).status_code == (
        405 if status == 200 else 403
    )


def test_a_job_of_another_kind_cannot_be_applied(importer: Client, tmp_path: Path) -> None:
    job = preview(importer, table=table(tmp_path, ANNA))
    apply(importer, job)
    assert apply(importer, Job.objects.get(kind="import")).status_code == 404


def test_what_is_not_applied_is_deleted_after_a_fortnight(
    importer: Client,
    tmp_path: Path,
    kept_files: Storage,
    monkeypatch: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = preview(importer, table=table(tmp_path, ANNA), photos=archive())
    now = timezone.now()
    monkeypatch.setattr(kept_files, "get_modified_time", lambda name: now - timedelta(days=13))
    assert delete_old_files(now + timedelta(days=13)) == 0
    assert delete_old_files(now + KEPT_AFTER_END) == 4
    assert kept_files.listdir("")[1] == []
    assert apply(importer, job)["Location"] == job.get_absolute_url()
    assert not Job.objects.filter(kind="import").exists()


@pytest.mark.parametrize(
    ("ticked", "outcomes"), [({}, {"photo_rejected"}), ({"cut_photos": "on"}, {"photos_cut", "photo_new"})]
)
def test_photos_wider_than_high_are_cut_where_the_form_says_so(
    importer: Client, tmp_path: Path, ticked: dict[str, str], outcomes: set[str]
) -> None:
    wide = archive(_2=small_jpeg(900, 600))
    job = preview(importer, table=table(tmp_path, JAN), photos=wide, **ticked)
    said = job.notes.filter(subject="zdjęcie 2")
    assert {note.outcome for note in said} == outcomes
    assert all(("przycięte" in note.detail) == bool(ticked) for note in said)
    apply(importer, job)
    jobs.run_due()
    done = Job.objects.get(kind="import")
    assert list(done.notes.values_list("subject", "outcome", "detail")) == list(
        job.notes.values_list("subject", "outcome", "detail")
    )
    assert bool(Student.objects.get(album_number="2").photo) == bool(ticked)
