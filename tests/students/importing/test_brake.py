"""An import that ends many documents is applied only by somebody who accepts their number."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client

from mdocs.models import Order
from students import jobs
from students.importing.import_jobs import start_preview
from students.importing.job_kinds import PREVIEW
from students.importing.outcomes import DOCUMENT_ENDS
from students.models import Job, Student
from tests.mdocs.entitlement.causes import collected
from tests.students.factories import make_photo, make_user
from tests.students.finishing import finish
from tests.students.importing.conftest import TODAY
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import many_rows, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    """Make a file that ends three documents, where two are many."""
    settings.MOST_ENDINGS, settings.ADMINS = 2, [("Admin", "admin@example.edu.pl")]
    rows = list(many_rows(3, today=TODAY))
    bring_in(*rows)
    for student in Student.objects.all():
        student.photo = make_photo()
        student.save()
        collected(student)
    return write_csv(tmp_path / "u.csv", [row | {"nazwisko": "Inna"} for row in rows])


def run(*arguments: Any) -> int:
    try:
        call_command("import_students", *arguments, stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        return error.returncode
    return 0


def test_the_nightly_import_stops_and_tells_unless_the_number_is_accepted(file: Path) -> None:
    assert run(file) == run(file, "--accept-ending", 2) == 4
    assert not Student.objects.filter(last_name="Inna").exists()
    assert len(mail.outbox) == 2 and "3" in mail.outbox[0].body
    assert run(file, "--accept-ending", 3) == 0
    assert Student.objects.filter(last_name="Inna").count() == 3


@pytest.mark.usefixtures("kept_files")
def test_few_endings_need_no_consent(file: Path, settings: Any) -> None:
    settings.MOST_ENDINGS = 3
    boss = make_user("boss", is_staff=True, is_superuser=True)
    preview = finish(start_preview(ContentFile(file.read_bytes()), ".csv", None, by=boss))
    assert preview.counts[DOCUMENT_ENDS] == 3
    assert [action.label for action in jobs.actions_of(preview, boss)] == ["Zastosuj"]
    assert run(file) == 0


@pytest.mark.usefixtures("kept_files")
def test_who_wants_to_be_asked_about_each_ending_is_not_asked_about_none(
    tmp_path: Path, settings: Any
) -> None:
    settings.MOST_ENDINGS = settings.MOST_ENDINGS_SHARE = 0
    boss = make_user("boss", is_staff=True, is_superuser=True)
    table = write_csv(tmp_path / "u.csv", many_rows(1, today=TODAY)).read_bytes()
    preview = finish(start_preview(ContentFile(table), ".csv", None, by=boss))
    assert [action.label for action in jobs.actions_of(preview, boss)] == ["Zastosuj"]


def test_the_button_names_the_number_and_the_ordinary_one_does_nothing(
    file: Path, client: Client, kept_files: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    with file.open("rb") as table:
        client.post("/admin/students/import/", {"table": table})
    with django_capture_on_commit_callbacks(execute=True):
        jobs.run_due()
    preview = Job.objects.get(kind=PREVIEW)
    assert preview.counts[DOCUMENT_ENDS] == 3
    page = client.get(preview.get_absolute_url()).content.decode()
    assert "Zastosuj i zakończ 3 mLegitymacji" in page and "otwarte zamówienia: 3." in page
    assert "Kodowanie: UTF-8" in page and preview.notes.filter(outcome=DOCUMENT_ENDS).count() == 3
    address = f"/admin/students/import/{preview.pk}/apply/"
    client.post(address)
    client.post(f"{address}?ending=2")
    assert Job.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{address}?ending=3")
        jobs.run_due()
    assert Student.objects.filter(last_name="Inna").count() == 3
    assert not Order.objects.live().filter(revocation_reason="").exists()
