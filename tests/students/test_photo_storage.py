"""Photos as rows and files: replaced, rolled back, deleted when nothing needs them any more."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from students.models import Photo, Student
from students.photos import (
    ORPHANED_AFTER,
    delete_orphaned_files,
    delete_replaced_photos,
    set_photo,
)
from tests.mdocs.factories import make_order
from tests.students.factories import make_photo, make_student, make_user, small_jpeg
from tests.students.test_photos import encoded, noisy, opened


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_new_photo_takes_the_place_of_the_old_one(photo_folder: Path) -> None:
    clerk, student = make_user(), make_student()
    old = student.photo
    new = set_photo(student, encoded(noisy(600, 800)), by=clerk)
    student.refresh_from_db()
    assert student.photo == new != old
    assert new.uploaded_by == clerk
    assert opened(new.read()).size == (600, 800)
    assert student.user.username not in new.file.name
    assert len(files(photo_folder)) == 2, "the old one stays until it is tidied away"


@pytest.mark.django_db
def test_a_photo_that_is_refused_changes_nothing(photo_folder: Path) -> None:
    student = make_student()
    before = student.photo
    with pytest.raises(ValidationError):
        set_photo(student, b"no photo", by=None)
    assert Student.objects.get().photo == before
    assert len(files(photo_folder)) == Photo.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_photo_whose_transaction_fails_leaves_no_file(photo_folder: Path) -> None:
    student = make_student(photo=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'disk full'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE UPDATE ON students_student EXECUTE FUNCTION refuse()")
    try:
        with pytest.raises(DatabaseError, match="disk full"):
            set_photo(student, small_jpeg(), by=None)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse CASCADE")
    assert files(photo_folder) == []
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_a_stored_photo_cannot_be_changed() -> None:
    photo = make_photo()
    with pytest.raises(TypeError, match="never changed"):
        photo.save()


@pytest.mark.django_db
def test_only_photos_that_nothing_refers_to_are_deleted_with_their_files(
    photo_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    student = make_student()
    set_photo(student, small_jpeg(), by=None)
    make_photo()
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_replaced_photos() == 2
    student.refresh_from_db()
    assert student.photo is not None
    assert list(Photo.objects.all()) == [student.photo]
    assert files(photo_folder) == [photo_folder / student.photo.file.name]
    assert delete_replaced_photos() == 0


@pytest.mark.django_db
def test_a_photo_that_an_order_still_needs_is_not_deleted() -> None:
    student = make_student()
    make_order(student, photo=student.photo)
    needed = student.photo
    set_photo(student, small_jpeg(), by=None)
    assert delete_replaced_photos() == 0
    assert needed is not None
    assert needed.read() == small_jpeg()


@pytest.mark.django_db
def test_the_file_of_a_photo_that_was_rolled_back_is_deleted_a_day_later(photo_folder: Path) -> None:
    student = make_student()
    assert student.photo is not None
    kept = photo_folder / student.photo.file.name
    with pytest.raises(RuntimeError), transaction.atomic():
        set_photo(student, small_jpeg(), by=None)
        raise RuntimeError("the transaction around it does not come about")
    assert len(files(photo_folder)) == 2
    now = timezone.now()
    assert delete_orphaned_files(now) == 0, "its row may not be committed yet"
    assert delete_orphaned_files(now + ORPHANED_AFTER + timedelta(minutes=1)) == 1
    assert files(photo_folder) == [kept]


@pytest.mark.django_db
def test_a_file_that_cannot_be_deleted_leaves_out_none_of_the_others(
    photo_folder: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    photos = [make_photo(), make_photo()]
    storage: Storage = photos[0].file.storage
    delete = storage.delete
    stuck = photos[0].file.name

    def delete_others(name: str) -> None:
        if name == stuck:
            raise PermissionError(name)
        delete(name)

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(storage, "delete", delete_others)
        assert delete_replaced_photos() == 2
    assert files(photo_folder) == [photo_folder / str(stuck)]
    assert delete_orphaned_files(timezone.now() + ORPHANED_AFTER + timedelta(minutes=1)) == 1
