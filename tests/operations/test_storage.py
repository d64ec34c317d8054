"""Shared storage: a machine that has other files than the rest is found out; a photo is tried again."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.utils import timezone

from mdocs import orders
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Attention, Failure, Status
from operations import machine, storage_markers
from operations.models import StorageMarker
from students import job_files
from students.models import Student
from students.shared_storage import MARKER, SHARED
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(storage_of_test: None) -> None:
    """Have storage of the test's own."""


def test_who_shares_the_files_finds_the_marker() -> None:
    assert storage_markers.check_all() == dict.fromkeys(SHARED, "ok")
    assert storage_markers.check_all() == dict.fromkeys(SHARED, "ok"), "the second process, too"


def test_a_machine_with_a_disk_of_its_own_is_found_out(settings: Any, tmp_path: Path) -> None:
    storage_markers.check_all()
    own = dict(settings.STORAGES)
    own["photos"] = own["photos"] | {"OPTIONS": {"location": tmp_path / "own disk"}}
    settings.STORAGES = own
    assert machine.findings() == {}, "the marker is so new that another machine may not see it yet"
    StorageMarker.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    assert machine.findings() == {"photos": storage_markers.NOT_SHARED}
    photos_of_another = storages["photos"]
    assert not photos_of_another.exists(MARKER), "who does not share it does not pretend to"
    storage_markers.renew("photos")
    assert machine.findings() == {}


def test_a_marker_that_could_not_be_written_is_written_by_the_next_look(
    settings: Any, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "away"
    in_the_way.write_text("no folder")
    away = {
        **settings.STORAGES,
        "photos": settings.STORAGES["photos"] | {"OPTIONS": {"location": in_the_way}},
    }
    settings.STORAGES = away
    assert machine.findings() == {"photos": storage_markers.UNREADABLE}
    in_the_way.unlink()
    StorageMarker.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    assert machine.findings() == {}


class SlowFiles(FileSystemStorage):
    """Files of a store that takes its time to write one."""

    is_writing, may_end = threading.Event(), threading.Event()

    def _save(self, name: str, content: Any) -> str:
        self.is_writing.set()
        self.may_end.wait(PATIENCE)
        return str(super()._save(name, content))  # type: ignore[misc]  # of which its types do not know


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [storage_markers.check, storage_markers.renew])
def test_who_looks_while_a_marker_is_being_written_shares_the_files(
    settings: Any, write: Callable[[str], object]
) -> None:
    if write is storage_markers.renew:
        storage_markers.check("photos")
        StorageMarker.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    slow = {"BACKEND": f"{__name__}.SlowFiles"}
    settings.STORAGES = {**settings.STORAGES, "photos": settings.STORAGES["photos"] | slow}
    SlowFiles.is_writing.clear()
    SlowFiles.may_end.clear()

    def closing(do: Callable[[str], object]) -> object:
        try:
            return do("photos")
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(closing, write)
        assert SlowFiles.is_writing.wait(PATIENCE)
        looking = threads.submit(closing, storage_markers.check)
        wait_until(lambda: looking.done() or _waits_for_a_row())
        SlowFiles.may_end.set()
        writing.result()
        assert looking.result() == "ok"
    assert storage_markers.check("photos") == "ok"


def _waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.fetchone() is not None


def test_housekeeping_leaves_the_marker_alone() -> None:
    storage_markers.check_all()
    job_files.delete_old_files(timezone.now() + timedelta(days=3))
    assert storage_markers.check_all() == dict.fromkeys(SHARED, "ok")


def test_a_photo_that_cannot_be_read_for_a_while_costs_an_order_nothing(student: Student) -> None:
    order = orders.place(student, by=None)
    assert student.photo is not None
    path = Path(student.photo.file.path)
    shutil.move(path, path.with_suffix(".away"))
    worker = Worker(ScriptedGateway(submit=remote(order, RemoteStatus.READY)))
    worker.send()
    order = Order.objects.get()
    assert (order.attention, order.last_failure, order.sent_at) == ("", Failure.PHOTO_UNREADABLE, None)
    shutil.move(path.with_suffix(".away"), path)
    worker.later(seconds=5)
    worker.send()
    assert Order.objects.get().status == Status.READY


def test_staff_are_called_when_it_stays_so_and_it_goes_on_when_the_photo_is_back(student: Student) -> None:
    order = orders.place(student, by=None)
    assert student.photo is not None
    path = Path(student.photo.file.path)
    shutil.move(path, path.with_suffix(".away"))
    worker = Worker(ScriptedGateway(submit=remote(order, RemoteStatus.READY)))
    for _ in range(10):
        worker.later(seconds=600)
        worker.send()
    assert Order.objects.get().attention == Attention.DATA_UNREADABLE
    shutil.move(path.with_suffix(".away"), path)
    worker.later(seconds=3_600)
    worker.send()
    order = Order.objects.get()
    assert (order.status, order.attention) == (Status.READY, "")


def test_a_disk_with_little_room_is_told_from_a_full_one_and_from_none(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test fills a disk: the limits move instead of what is free."""
    settings.DATA_DIR = tmp_path
    assert machine.disk() == "ok"
    monkeypatch.setattr(machine, "_LOW_SHARE", 3.0)
    monkeypatch.setattr(machine, "_LOW", 2**62)
    assert machine.disk() == "low"
    monkeypatch.setattr(machine, "_LOW_SHARE", 12.0)
    monkeypatch.setattr(machine, "_FULL", 2**62)
    assert machine.disk() == "full"
    settings.DATA_DIR = tmp_path / "not mounted"
    assert machine.disk() == "unreadable"


def test_the_disk_of_the_references_is_looked_at_too(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.REFERENCES_FILE = tmp_path, str(tmp_path / "none" / "references.log")
    assert machine.disk() == "ok", "only machines with a worker have it"
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.getuid() != 0 or subprocess.call(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]):
        pytest.skip("only root mounts a small file system")
    try:
        settings.REFERENCES_FILE = str(disk / "references.log")
        assert machine.disk() == "ok"
        (disk / "references.log").write_bytes(bytes(2**16))
        assert machine.disk() == "full"
    finally:
        subprocess.check_call(["umount", disk])
