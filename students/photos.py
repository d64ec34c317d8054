"""Photos of students: storing, replacing and deleting them; what is accepted stands in `uploaded_photos`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from PIL import Image

from students.after_commit import run_after_commit
from students.file_deletion import delete_each, names_in
from students.models import Photo, Student, User
from students.photo_sizes import files_of, made_of
from students.uploaded_photos import normalise_photo

THUMBNAIL = (177, 248)
ORPHANED_AFTER = timedelta(days=1)  # longer than any transaction


def set_photo(student: Student, data: bytes, *, by: User | None) -> Photo:
    """Normalise an uploaded JPEG and store it as the student's photo.

    The previous photo is kept while something refers to it. Raises ValidationError as `normalise_photo` does.
    """
    return store_photo(student, normalise_photo(data), by=by)


def store_photo(student: Student, jpeg: bytes, *, by: User | None, source_digest: str | None = None) -> Photo:
    """Store a normalised JPEG as the student's photo; on failure its file is deleted.

    `source_digest` is the SHA-256 of the file that it was made of, which an import then knows.
    """
    photo = Photo(uploaded_by=by, source_digest=source_digest)
    photo.file.save("", ContentFile(jpeg), save=False)
    try:
        with transaction.atomic():
            locked = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
            photo.save()
            locked.photo = photo
            locked.save(update_fields=["photo"])
    except BaseException:
        photo.file.storage.delete(photo.file.name)
        raise
    return photo


def small_photo(jpeg: bytes) -> bytes:
    """Return a stored photo as a JPEG of at most THUMBNAIL pixels: some milliseconds, some kilobytes."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("RGB", THUMBNAIL)
        image.thumbnail(THUMBNAIL)
        small = BytesIO()
        image.save(small, "JPEG", quality=80, optimize=True)
    return small.getvalue()


def delete_replaced_photos() -> int:
    """Delete photos that nothing refers to, each with its file; return how many."""
    deleted = 0
    for pk in _unreferenced().values_list("pk", flat=True).iterator(chunk_size=500):
        with transaction.atomic():
            # Checked again under the lock: it may be referred to by now, or deleted.
            photo = _unreferenced().select_for_update(skip_locked=True).filter(pk=pk).first()
            if photo:
                photo.delete()
                run_after_commit(delete_each, photo.file.storage, files_of(photo))
                deleted += 1
    return deleted


def delete_orphaned_files(now: datetime) -> int:
    """Delete the files of photos that no row names; return how many. Raises as `delete_each` does.

    A transaction that was rolled back or a process that was killed leaves them. A file younger than ORPHANED_AFTER
    may belong to a row that is not committed yet.
    """
    storage: Storage = Photo.file.field.storage
    return delete_each(storage, _orphaned_files(storage, now - ORPHANED_AFTER))


def _orphaned_files(storage: Storage, before: datetime) -> Iterator[str]:
    for folder in names_in(storage, "")[0]:
        names = {f"{folder}/{name}" for name in names_in(storage, folder)[1]}
        known = set(Photo.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True))
        orphaned = sorted(name for name in names if made_of(name) not in known)
        yield from (name for name in orphaned if storage.get_modified_time(name) < before)


def _unreferenced() -> QuerySet[Photo]:
    """Return the photos that no row of any model refers to."""
    photos = Photo.objects.all()
    for relation in Photo._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            referring = relation.field.model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            photos = photos.exclude(Exists(referring))
    return photos
