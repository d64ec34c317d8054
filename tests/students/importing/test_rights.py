"""What may have changed between an import's upload and its batches: rights, files, and what there is to import."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from students import jobs
from students.models import Job, Student, User
from students.roles import ADMINISTRATOR
from tests.students.factories import make_member
from tests.students.importing.usos_file import ANNA, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]


@pytest.fixture
def administrator() -> User:
    return make_member(ADMINISTRATOR)


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    """Return a browser in which the administrator is signed in."""
    client.force_login(administrator)
    return client


@pytest.fixture
def previewed(office: Client, tmp_path: Path) -> Job:
    """Return a preview of one row that is done."""
    content = write_csv(tmp_path / "u.csv", [ANNA]).read_bytes()
    office.post("/admin/students/import/", {"table": SimpleUploadedFile("usos.csv", content)})
    jobs.run_due()
    return Job.objects.get()


def apply(office: Client, preview: Job) -> Job:
    office.post(reverse("students:import_apply", args=[preview.pk]))
    return Job.objects.get(kind="import")


def buttons(office: Client, job: Job) -> bool:
    return "Zastosuj" in office.get(job.get_absolute_url()).content.decode()


def test_who_has_lost_the_right_to_import_imports_nothing_more(
    office: Client, administrator: User, previewed: Job
) -> None:
    job = apply(office, previewed)
    administrator.groups.clear()
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, Student.objects.count()) == (Job.State.FAILED, 0)
    assert "nie ma już do niego uprawnień" in job.failure


def test_an_import_that_nobody_has_started_any_more_imports_nothing(office: Client, previewed: Job) -> None:
    job = apply(office, previewed)
    Job.objects.update(started_by=None)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, Student.objects.count()) == (Job.State.FAILED, 0)


def test_a_file_that_is_gone_fails_the_import_in_words(
    office: Client, previewed: Job, kept_files: Storage
) -> None:
    job = apply(office, previewed)
    for name in kept_files.listdir("")[1]:
        kept_files.delete(name)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.failure) == (Job.State.FAILED, "Plik został już usunięty. Wczytaj go jeszcze raz.")


def test_the_button_is_there_while_there_is_something_to_import(office: Client, previewed: Job) -> None:
    assert buttons(office, previewed)
    Job.objects.update(counts={"unchanged": 1, "rejected": 2})
    assert not buttons(office, previewed)


def test_whoever_only_looks_at_the_jobs_has_no_button(office: Client, previewed: Job) -> None:
    viewer = make_member(ADMINISTRATOR)
    viewer.groups.get().permissions.remove(*_import_permissions(viewer))
    browser = Client()
    browser.force_login(viewer)
    answer = browser.get(previewed.get_absolute_url())
    assert answer.status_code == 200
    assert "Zastosuj" not in answer.content.decode()


def _import_permissions(user: User) -> Any:
    return user.groups.get().permissions.filter(codename="import_student")
