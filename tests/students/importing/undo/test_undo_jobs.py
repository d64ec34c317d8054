"""The job that undoes an import: once, for a day, resumable, by who may import, under one id in the audit log."""

from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from students import jobs
from students.importing.batches import import_batch
from students.importing.import_jobs import start_import, start_preview
from students.importing.job_kinds import PREVIEW, UNDO, UNDO_PREVIEW
from students.importing.undo.records import delete_old_records
from students.models import (
    ImportedChange,
    Job,
    Student,
    StudentCard,
    User,
)
from students.roles import ADMINISTRATOR, CLERK
from tests.students.factories import make_member
from tests.students.finishing import finished
from tests.students.importing.conftest import TODAY
from tests.students.importing.importer import bring_in
from tests.students.importing.undo.conftest import JAN, NEW_CARD, STORED, Imported, everything
from tests.students.importing.usos_file import Row, many_rows, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_files")]


def test_everything_is_in_the_audit_log_under_one_id_for_each_job(
    imported: Imported, undone: Any, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 1)
    monkeypatch.setattr("students.importing.undo.undo_jobs.BATCH", 1)
    bring_in(STORED, JAN)
    job = imported(STORED | {"nazwisko": "Wójcik"}, JAN | {"nazwisko": "Lis"})
    done = undone(job)
    for each in (job, done):
        entries = LogEntry.objects.filter(cid=each.audit_id)
        assert entries.count() == 4 and {entry.actor for entry in entries} == {job.started_by}
    page = client.get(job.get_absolute_url()).content.decode()
    assert f"/admin/students/auditentry/?q={job.audit_id}" in page


def test_an_import_is_undone_once_and_within_a_day(
    imported: Imported, undone: Any, client: Client, time_machine: Any
) -> None:
    bring_in(STORED)
    job = imported(STORED | {"nazwisko": "Wójcik"})
    client.post(f"/admin/students/import/{job.pk}/undo/")
    preview = finished(UNDO_PREVIEW)
    address = f"/admin/students/import/{preview.pk}/undo/apply/"
    assert client.post(address)["Location"] == client.post(address)["Location"]
    assert Job.objects.filter(kind=UNDO).count() == 1
    finished(UNDO)
    assert "Pokaż, co da się cofnąć" not in client.get(job.get_absolute_url()).content.decode()
    second = imported(STORED | {"nazwisko": "Lis"})
    assert delete_old_records(timezone.now()) == 0
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    client.force_login(make_member(ADMINISTRATOR))
    assert "Pokaż, co da się cofnąć" not in client.get(second.get_absolute_url()).content.decode()
    client.post(f"/admin/students/import/{second.pk}/undo/")
    assert Job.objects.filter(kind=UNDO_PREVIEW).count() == 1
    assert delete_old_records(timezone.now()) > 0 and not ImportedChange.objects.exists()


@pytest.mark.parametrize(
    ("change", "since", "outcome"),
    [
        ({"nazwisko": "Lis"}, "", "restored"),
        ({"kierunek": "prawo", "wydzial": "WP"}, "", "removed"),
        ({"nazwisko": "Lis"}, "Kot", "left"),
    ],
)
def test_the_preview_of_an_undo_has_a_button_if_there_is_anything_to_undo(
    imported: Imported, importer: User, client: Client, change: Row, since: str, outcome: str
) -> None:
    bring_in(STORED)
    job = imported(STORED | change)
    if since:
        bring_in(STORED | {"nazwisko": since})
    client.force_login(importer)
    client.post(f"/admin/students/import/{job.pk}/undo/")
    preview = finished(UNDO_PREVIEW)
    address = f"/admin/students/import/{preview.pk}/undo/apply/"
    assert set(preview.counts) == {outcome}
    assert (address in client.get(preview.get_absolute_url()).content.decode()) == (outcome != "left")
    client.post(address)
    finished(UNDO)
    assert address not in client.get(preview.get_absolute_url()).content.decode()


def test_only_who_may_import_undoes(imported: Imported, client: Client) -> None:
    job = imported(STORED)
    client.force_login(make_member(CLERK))
    assert client.post(f"/admin/students/import/{job.pk}/undo/").status_code == 403
    assert client.post(f"/admin/students/import/{job.pk}/undo/apply/").status_code == 403


def test_a_stopped_undo_goes_on_where_it_was_days_later(
    imported: Imported, importer: User, client: Client, monkeypatch: Any, time_machine: Any
) -> None:
    monkeypatch.setattr("students.importing.undo.undo_jobs.BATCH", 1)
    before = everything()
    job = imported(*many_rows(3, today=TODAY))
    client.force_login(importer)
    client.post(f"/admin/students/import/{job.pk}/undo/")
    client.post(f"/admin/students/import/{finished(UNDO_PREVIEW).pk}/undo/apply/")
    done = Job.objects.get(kind=UNDO)
    now = timezone.now()
    hours = chain([now] * 4, repeat(now + timedelta(hours=1)))  # the time is up after one batch
    jobs.run_due(clock=lambda: next(hours))
    jobs.stop(done)
    jobs.run_due()
    assert 0 < Student.objects.count() < 3
    time_machine.move_to(now + timedelta(days=3))
    delete_old_records(timezone.now())
    jobs.resume(done)
    finished(UNDO)
    assert everything() == before


def undo_in_the_office(client: Client, importer: User, job: Job) -> None:
    client.force_login(importer)
    client.post(f"/admin/students/import/{job.pk}/undo/")
    client.post(f"/admin/students/import/{finished(UNDO_PREVIEW).pk}/undo/apply/")


@pytest.fixture
def stopped(importer: User, tmp_path: Path, monkeypatch: Any) -> Job:
    """Return an import of two students that was stopped after the first."""
    monkeypatch.setattr("students.importing.import_jobs.BATCH", 1)
    content = write_csv(tmp_path / "u.csv", many_rows(2, today=TODAY)).read_bytes()
    start_preview(ContentFile(content), ".csv", None, by=importer)
    job = start_import(finished(PREVIEW), by=importer)

    def last_one(*args: Any, **options: Any) -> Any:
        jobs.stop(job)
        return import_batch(*args, **options)

    with monkeypatch.context() as stopping:
        stopping.setattr("students.importing.import_jobs.import_batch", last_one)
        jobs.run_due()
    assert Student.objects.count() == 1
    return job


def test_an_import_that_goes_on_days_later_is_undone_as_a_whole(
    importer: User, stopped: Job, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=3))
    delete_old_records(timezone.now())
    assert jobs.resume(stopped)
    undo_in_the_office(client, importer, finished("import"))
    finished(UNDO)
    assert not Student.objects.exists()


def test_a_stopped_import_that_was_undone_does_not_go_on(
    importer: User, stopped: Job, client: Client
) -> None:
    undo_in_the_office(client, importer, stopped)
    finished(UNDO)
    assert jobs.resume(stopped)
    jobs.run_due()
    stopped.refresh_from_db()
    assert (stopped.failure, Student.objects.count()) == ("Ten import został cofnięty.", 0)


@pytest.mark.parametrize("lost", ["right", "account"])
def test_who_may_not_import_any_more_undoes_nothing_more(
    imported: Imported, importer: User, client: Client, lost: str
) -> None:
    undo_in_the_office(client, importer, imported(STORED))
    if lost == "right":
        importer.groups.clear()
    else:
        Job.objects.update(started_by=None)
    jobs.run_due()
    undoing = Job.objects.get(kind=UNDO)
    assert (undoing.state, Student.objects.count()) == (Job.State.FAILED, 1)
    assert undoing.failure == "Kto zlecił to cofnięcie, nie ma już uprawnień do importu."


def test_listeners_are_told_of_what_is_put_back(
    imported: Imported, undone: Any, told: dict[str, list[list[int]]]
) -> None:
    """Else an mLegitymacja would not follow the studies and the card that came back."""
    bring_in(STORED)
    student, card = Student.objects.get(), StudentCard.objects.get()
    for change, heard in (
        ({"status": "urlop"}, {"students_changed": [[student.pk]]}),
        ({"els_wazna_do": "2026-10-31"}, {"students_changed": [[student.pk]]}),
        (NEW_CARD, {"students_changed": [[student.pk]], "cards_extended": [[card.pk]]}),
    ):
        job = imported(STORED | change)
        told.clear()
        undone(job)
        assert told == heard


def test_where_no_mlegitymacja_has_ended_the_pages_say_so(
    imported: Imported, undone: Any, client: Client
) -> None:
    job = imported(STORED)
    client.force_login(make_member(ADMINISTRATOR))
    assert "zakończonych przez import (0)" in client.get(job.get_absolute_url()).content.decode()
    assert jobs.summary_of(undone(job)) == [
        "mLegitymacje i zamówienia, które zakończył import i których nie da się przywrócić: 0."
    ]
