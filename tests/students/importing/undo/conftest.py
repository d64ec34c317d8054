"""What the tests of the undo share: an import and its undo, as people do them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from students.importing.import_jobs import start_import, start_preview
from students.importing.job_kinds import IMPORT, UNDO, UNDO_PREVIEW
from students.models import (
    Enrolment,
    Faculty,
    Job,
    Programme,
    Student,
    StudentCard,
    User,
)
from students.roles import ADMINISTRATOR
from tests.students.factories import make_member
from tests.students.finishing import finished
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row, write_csv

Imported = Callable[..., Job]
STORED = ANNA | ANNAS_CARD | {"els_wazna_do": "2026-03-31"}
JAN = ANNA | {"numer_albumu": "2", "login": "jan", "imiona": "Jan", "pesel": "", "kierunek": "fizyka"}
NEW_CARD = {"els_numer": "9000", "els_wydana": "2025-11-20", "els_uid_stykowy": "", "els_uid_bezstykowy": ""}


@pytest.fixture
def importer() -> User:
    """Return who imports and undoes."""
    return make_member(ADMINISTRATOR)


@pytest.fixture
def imported(
    importer: User, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> Imported:
    """Return the function that imports rows and photos by a job."""
    settings.MOST_ENDINGS = 1_000

    def run(*rows: Row, photos: ContentFile[bytes] | None = None) -> Job:
        table = ContentFile(write_csv(tmp_path / "u.csv", rows, columns=rows[0]).read_bytes())
        start_preview(table, ".csv", photos, by=importer)
        with django_capture_on_commit_callbacks(execute=True):
            start_import(finished("import_preview"), by=importer)
            return finished(IMPORT)

    return run


@pytest.fixture
def undone(importer: User, client: Client, django_capture_on_commit_callbacks: Any) -> Callable[[Job], Job]:
    """Return the function that undoes an import in the admin, after its preview."""
    client.force_login(importer)

    def run(job: Job) -> Job:
        answer = client.post(f"/admin/students/import/{job.pk}/undo/")
        before = everything()
        preview = finished(UNDO_PREVIEW)
        assert answer["Location"] == preview.get_absolute_url()
        assert everything() == before, "a preview changes nothing"
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/admin/students/import/{preview.pk}/undo/apply/")
            done = finished(UNDO)
        assert done.counts == preview.counts
        assert told(done) == told(preview)
        return done

    return run


def everything() -> list[Any]:
    """Return all that an import changes."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Student, Enrolment, StudentCard, Faculty, Programme)
    ] + [list(User.objects.order_by("pk").values("pk", "username", "first_name", "last_name", "email"))]


def told(job: Job) -> list[tuple[str, str, str]]:
    return sorted(job.notes.values_list("outcome", "holder", "detail"))


def left(job: Job) -> str:
    return "; ".join(detail for outcome, _holder, detail in told(job) if outcome == "left")
