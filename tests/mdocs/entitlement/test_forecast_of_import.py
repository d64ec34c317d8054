"""The numbers that a preview names are those of the import, over random files, table and photos alike."""

import random
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from mdocs.models import Order
from mdocs.statuses import Status
from students import jobs
from students.importing.import_jobs import start_import, start_preview
from students.importing.job_kinds import IMPORT
from students.importing.outcomes import DOCUMENT_ENDS
from students.models import Faculty, Job, JobNote, Programme, Student, User
from students.pesel import compose_pesel
from students.roles import ADMINISTRATOR
from tests.mdocs.entitlement.causes import collected
from tests.students.factories import make_member, make_photo, small_jpeg
from tests.students.importing.importer import bring_in
from tests.students.importing.usos_file import Row, many_rows, write_csv

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 24)
STORED, MORE = 6, 4  # students before the import, and beside them in its file
CHANGES: list[Row] = [
    {},
    {"nazwisko": "Inna"},
    {"nazwisko": "ŻÓŁĆ-NOWAK"},
    {"status": "skreslony", "do": "2025-11-20"},
    {"status": "skreslony", "do": "2025-12-20"},
    {"poziom": "III"},
    {"els_numer": "555", "els_uid_stykowy": "", "els_uid_bezstykowy": "", "els_wydana": "2025-11-20"},
    {"els_wazna_do": "2026-10-31"},
    {"email": "inny@example.edu.pl"},
    {"imiona": "#N/D!"},
    {"numer_albumu": "999"},
    {"numer_albumu": "600003"},
    {"login": "u1"},
    {"login": "nowy"},
    {"els_numer": "80000000002"},
    {"wydzial": "Wydział Nowy"},
    {"wydzial": "WN", "kierunek": "inny"},
    {"pesel": compose_pesel(date(2000, 1, 3), "F", 7), "data_urodzenia": "2000-01-03"},
]
PHOTOS = [*(f"{600_000 + number}" for number in range(STORED + MORE)), "999", "1000"]


class RolledBack(Exception):
    """Takes a state of the database back."""


@pytest.fixture(autouse=True)
def small_batches(time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have several batches in each file, and the day for which the rows are made."""
    time_machine.move_to(TODAY)
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 3)
    monkeypatch.setattr("students.importing.import_jobs.PHOTOS", 3)


@pytest.fixture
def clerk(settings: Any, tmp_path: Path) -> Iterator[User]:
    """Return who imports into a university with documents in every state."""
    settings.MOST_ENDINGS = 1_000
    clerk = make_member(ADMINISTRATOR)
    bring_in(*many_rows(STORED, today=TODAY))
    statuses = [Status.COLLECTED, Status.PROCESSING, Status.WAITING]
    for place, student in enumerate(Student.objects.order_by("pk")):
        student.photo = make_photo()
        student.save()
        collected(student, statuses[place % 3])
    yield clerk


def archive(names: list[str]) -> ContentFile[bytes]:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for place, name in enumerate(names):
            file.writestr(f"{name}.jpg", small_jpeg() if place % 4 else b"broken")
    return ContentFile(buffer.getvalue())


def run() -> Job:
    """Run all jobs, and what they do after their commits."""
    before = len(connection.run_on_commit)
    jobs.run_due()
    for hook in connection.run_on_commit[before:]:
        hook[1]()
    del connection.run_on_commit[before:]
    job = Job.objects.latest("pk")
    assert job.state == Job.State.DONE, job.failure
    return job


def stored() -> dict[str, int]:
    ended = Order.objects.exclude(revocation_reason="") | Order.objects.filter(status=Status.CANCELLED)
    return {
        "new_students": Student.objects.count(),
        "catalogue": Faculty.objects.count() + Programme.objects.count(),
        DOCUMENT_ENDS: ended.distinct().count(),
    }


def photos_of() -> dict[int, int | None]:
    return dict(Student.objects.values_list("pk", "photo"))


def notes(job: Job) -> list[tuple[Any, ...]]:
    about_rows = JobNote.objects.filter(job=job).exclude(outcome__startswith="photo")
    return sorted(about_rows.values_list("outcome", "subject", "detail", "album_number", "holder"))


@given(data=st.data())
@examples(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes a second: none is made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_preview_names_the_numbers_of_the_import(
    data: st.DataObject, clerk: User, tmp_path: Path
) -> None:
    rows = list(many_rows(STORED + MORE, today=TODAY))
    changed = [row | data.draw(st.sampled_from(CHANGES)) for row in rows]
    changed = data.draw(st.permutations(changed))[: data.draw(st.integers(1, len(rows)))]
    names = data.draw(st.lists(st.sampled_from(PHOTOS), unique=True))
    state = transaction.atomic()
    state._from_testcase = True  # type: ignore[attr-defined]  # what follows a commit runs in durable transactions
    with pytest.raises(RolledBack), state:
        table = ContentFile(write_csv(tmp_path / "u.csv", changed).read_bytes())
        start_preview(table, ".csv", archive(names) if names else None, by=clerk)
        before = stored(), photos_of()
        preview = run()
        assert (stored(), photos_of()) == before, "a preview changes nothing"
        start_import(preview, by=clerk)
        done = run()
        assert done.kind == IMPORT
        assert done.counts == preview.counts, (notes(preview), notes(done))
        assert notes(done) == notes(preview)
        for what, number in stored().items():
            assert number - before[0][what] == preview.counts.get(what, 0), (what, notes(preview))
        new_photos = sum(photo != before[1].get(pk) for pk, photo in photos_of().items())
        previewed = preview.counts.get("photo_new", 0) + preview.counts.get("photo_changed", 0)
        assert new_photos == previewed, (names, notes(preview))
        raise RolledBack


def test_random_files_do_end_documents(clerk: User, tmp_path: Path) -> None:
    """The test above counts something."""
    rng = random.Random(1)
    rows = [row | rng.choice(CHANGES[1:6]) for row in many_rows(STORED, today=TODAY)]
    table = ContentFile(write_csv(tmp_path / "u.csv", rows).read_bytes())
    start_preview(table, ".csv", None, by=clerk)
    assert run().counts[DOCUMENT_ENDS] > 1
