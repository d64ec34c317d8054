"""Photos and tables in a bucket instead of a folder: the portal works as it does with a disk."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from mdocs import orders
from mdocs.mdokumenty import RemoteStatus
from mdocs.statuses import Failure, Status
from mlegitymacja_portal.bucket_files import BucketFiles
from operations import storage_markers
from operations.models import StorageMarker
from script.lib.network import free_port
from students import job_files, photos
from students.models import Job, Photo, Student
from students.models.jobs import random_name
from students.photo_sizes import sized_photo
from students.shared_storage import MARKER, SHARED
from tests.bucket import NAME, Bucket, bucket_server
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker
from tests.students.factories import make_student, small_jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with bucket_server() as bucket:
        yield bucket


@pytest.fixture
def bucket(server: Bucket, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Have photos and tables lie in a bucket, as the settings do with S3_BUCKET."""
    server.empty()
    options = {"bucket_name": NAME, **server.keys}
    of_bucket = {
        folder: {
            "BACKEND": "mlegitymacja_portal.bucket_files.BucketFiles",
            "OPTIONS": options | {"location": folder},
        }
        for folder in SHARED
    }
    settings.STORAGES = settings.STORAGES | of_bucket
    monkeypatch.setattr(
        Photo._meta.get_field("file"), "storage", storages["photos"]
    )  # asked for once, at a start
    return server


def test_a_variable_has_all_files_that_machines_share_in_a_bucket() -> None:
    said = "import json; from django.conf import settings; print(json.dumps(settings.STORAGES, default=str))"
    chosen = {
        "S3_BUCKET": "b",
        "S3_ENDPOINT": "https://s3.example.edu",
        "S3_ACCESS_KEY": "a",
        "S3_SECRET_KEY": "s",
    }
    out = subprocess.run(
        [sys.executable, "-c", said], env=os.environ | chosen, capture_output=True, text=True, check=True
    ).stdout
    for folder in SHARED:
        storage = json.loads(out)[folder]
        assert storage["BACKEND"].endswith(".BucketFiles")
        expected = {"bucket_name": "b", "location": folder, "endpoint_url": "https://s3.example.edu"}
        keys = {"region_name": None, "access_key": "a", "secret_key": "s"}
        assert storage["OPTIONS"] == expected | keys


def test_a_photo_goes_with_all_that_was_made_of_it(
    bucket: Bucket, django_capture_on_commit_callbacks: Any
) -> None:
    student, jpeg = make_student(photo=None), small_jpeg()
    first = photos.set_photo(student, jpeg, by=None)
    assert sized_photo(first, (40, 50)) == sized_photo(first, (40, 50))
    assert len(bucket.contents) == 2, "the photo, and one that was made of it"
    assert first.read().startswith(b"\xff\xd8") and all(
        name.startswith("photos/") for name in bucket.contents
    )
    second = photos.set_photo(student, jpeg, by=None)
    with django_capture_on_commit_callbacks(execute=True):
        assert photos.delete_replaced_photos() == 1
    assert bucket.contents == {f"photos/{second.file.name}"}


def test_a_file_that_no_row_names_is_found_and_deleted(bucket: Bucket) -> None:
    photo = photos.set_photo(make_student(photo=None), small_jpeg(), by=None)
    left = storages["photos"].save("ab/abcd.jpg", ContentFile(b"left"))
    table = storages["jobs"].save(random_name(Job(), ""), ContentFile(b"a;b\n"))
    assert {f"photos/{left}", f"jobs/{table}"} < bucket.contents
    assert photos.delete_orphaned_files(timezone.now()) == 0, "its row may not be committed yet"
    later = timezone.now() + timedelta(days=2)
    assert (photos.delete_orphaned_files(later), job_files.delete_old_files(later)) == (1, 1)
    assert bucket.contents == {f"photos/{photo.file.name}"}


def test_what_is_not_there_is_said_as_of_a_disk(bucket: Bucket) -> None:
    files = bucket.storage("jobs")
    for asked in (files.open, files.size, files.get_modified_time):
        with pytest.raises(FileNotFoundError):
            asked("nothing")
    files.delete("nothing")
    assert (files.exists("nothing"), files.listdir("none")) == (False, ([], []))
    kept = files.save("table", ContentFile(b"1"))
    assert files.save("table", ContentFile(b"2")) != kept, "nothing is overwritten"
    assert (files.open(kept).read(), files.size(kept)) == (b"1", 1)


def test_a_file_that_breaks_off_on_its_way_is_an_error_as_of_a_disk(httpserver: HTTPServer) -> None:
    def broken_off(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(headers={"Content-Length": "9"})
        return Response(iter([b"half"]), headers={"Content-Length": "9"})

    httpserver.expect_request(f"/{NAME}/photos/some.jpg").respond_with_handler(broken_off)
    files = BucketFiles(
        bucket_name=NAME,
        location="photos",
        endpoint_url=httpserver.url_for("").rstrip("/"),
        region_name="eu-central-1",
        access_key="access",
        secret_key="secret",
    )
    with pytest.raises(OSError, match="the bucket"):
        files.open("some.jpg")


def test_a_bucket_that_is_away_costs_an_order_nothing(
    bucket: Bucket, student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.set_photo(student, small_jpeg(), by=None)
    order = orders.place(student, by=None)
    away = BucketFiles(
        bucket_name=NAME,
        location="photos",
        **bucket.keys | {"endpoint_url": f"http://127.0.0.1:{free_port()}"},
    )
    worker = Worker(ScriptedGateway(submit=remote(order, RemoteStatus.READY)))
    with monkeypatch.context() as while_away:
        while_away.setattr(Photo._meta.get_field("file"), "storage", away)
        worker.send()
    order.refresh_from_db()
    assert (order.status, order.last_failure, order.attention) == (
        Status.WAITING,
        Failure.PHOTO_UNREADABLE,
        "",
    )
    worker.later(minutes=5)
    worker.send()
    order.refresh_from_db()
    assert (order.status, order.attention) == (Status.READY, "")


def test_machines_find_out_that_they_do_not_share_a_bucket(bucket: Bucket) -> None:
    assert storage_markers.check_all() == dict.fromkeys(SHARED, "ok")
    assert f"photos/{MARKER}" in bucket.contents
    bucket.empty()
    StorageMarker.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    assert storage_markers.check_all() == dict.fromkeys(SHARED, storage_markers.NOT_SHARED)
