"""Import of a batch of photos named by album number; an unchanged file is not decoded again."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from students import audit_log, signals
from students.identifiers import identifier_key
from students.importing.photo_index import IndexedPhoto
from students.importing.photo_sources import ReadPhoto
from students.importing.results import PhotoOutcome, RowResult
from students.models import Photo, Student, User
from students.models.photos import random_name
from students.names import is_visible
from students.uploaded_photos import normalise_or_cut

BATCH = 50  # photos; decoding takes longer than anything else here
_ENDINGS = {".jpg", ".jpeg", ".jpe", ".jfif"}
# What may stand in a note: an album number, never a PESEL that is the name of a file.
_ALBUM = re.compile(r"(?!\d{11}$)[0-9A-Za-z]{1,20}")
_LIKE_PESEL = re.compile(r"(?:\d[\s_-]*){9,}")

PhotoChange = tuple[Student, dict[str, tuple[int | None, int]]]


@dataclass(frozen=True)
class _Seen:
    """A checked photo, and what is to be stored of it, if anything."""

    result: RowResult
    student: Student | None = None
    jpeg: bytes = b""
    digest: str = ""


def preview_photos(batch: Sequence[IndexedPhoto], read: ReadPhoto, *, cut: bool = False) -> list[RowResult]:
    """Return the results that importing the batch would have after the rows of the table.

    `cut` says that photos wider than high are cut.
    """
    return [seen.result for seen in _look(batch, read, _students_after(batch), cut=cut)]


def store_photos(
    batch: Sequence[IndexedPhoto],
    read: ReadPhoto,
    *,
    by: User | None,
    cut: bool = False,
    record: Callable[[list[PhotoChange]], None] | None = None,
) -> list[RowResult]:
    """Store the photos of the batch, and return the results.

    `cut` says that photos wider than high are cut; `record` keeps what is changed, in its transaction.
    """
    looked = list(_look(batch, read, _students(batch), cut=cut))
    if new := {seen.student.pk: seen for seen in looked if seen.student and seen.jpeg}:
        _store(new, by, record)
    return [seen.result for seen in looked]


def _look(
    batch: Sequence[IndexedPhoto], read: ReadPhoto, candidates: Iterable[Student], *, cut: bool
) -> Iterator[_Seen]:
    students = _by_album(batch, candidates)
    for photo in batch:
        subject, student = _subject(photo), students.get(photo.album)
        try:
            _check(photo, expected=student is not None)
            yield _look_at(photo, subject, student, read, cut=cut)
        except ValidationError as error:
            reason = " ".join(error.messages)
            yield _Seen(RowResult(subject, PhotoOutcome.REJECTED, reason, None, *_person(student)))


def _students_after(batch: Sequence[IndexedPhoto]) -> Iterator[Student]:
    """Yield the students of the photos as they will be after the rows; a new one is not stored yet."""
    yield from _students(batch).exclude(pk__in=[pk for photo in batch for pk in photo.going])
    coming = {album: pk for photo in batch for album, pk in photo.coming}
    stored = Student.objects.select_related("photo").in_bulk([pk for pk in coming.values() if pk is not None])
    for album, pk in coming.items():
        student = stored[pk] if pk in stored else Student()
        student.album_number = album
        yield student


def _students(batch: Sequence[IndexedPhoto]) -> QuerySet[Student]:
    keys = {identifier_key(photo.album) for photo in batch}
    return Student.objects.filter(album_number__key__in=keys).select_related("photo")


def _by_album(batch: Sequence[IndexedPhoto], candidates: Iterable[Student]) -> dict[str, Student]:
    """Return the students by the album numbers of the files; leading zeros may lack where only one can be meant."""
    alike: dict[str, dict[str, Student]] = {}
    for student in candidates:
        album = str(student.album_number)
        alike.setdefault(identifier_key(album), {})[album] = student
    found = {}
    for photo in batch:
        those = alike.get(identifier_key(photo.album), {})
        if photo.album in those or len(those) == 1:
            found[photo.album] = those.get(photo.album) or next(iter(those.values()))
    return found


def _person(student: Student | None) -> tuple[str, str]:
    return (student.album_number or "", student.full_name.strip()) if student else ("", "")


def _subject(photo: IndexedPhoto) -> str:
    """Return the words for a photo in a note: its album number or the name of its file, never a PESEL."""
    name = PurePosixPath(photo.file.name).name
    if _ALBUM.fullmatch(photo.album):
        return _("zdjęcie %(album)s") % {"album": photo.album}
    if is_visible(name) and not _LIKE_PESEL.search(name):
        return _("plik „%(name)s”") % {"name": f"{name[:40]}…" if len(name) > 41 else name}
    return _("plik nr %(number)d wśród zdjęć") % {"number": photo.number}


def _check(photo: IndexedPhoto, *, expected: bool) -> None:
    """Raise ValidationError for a file that need not be read."""
    if PurePosixPath(photo.file.name).suffix.lower() not in _ENDINGS:
        raise ValidationError(_("To nie jest plik JPEG (.jpg)."))
    if photo.repeated:
        raise ValidationError(_("Jest kilka zdjęć o tym samym numerze albumu."))
    if not expected:
        raise ValidationError(_("Nie ma studenta o takim numerze albumu."))


def _look_at(
    photo: IndexedPhoto, subject: str, student: Student | None, read: ReadPhoto, *, cut: bool
) -> _Seen:
    data = read(photo.file)
    digest = sha256(data).hexdigest()
    before = student.photo if student else None
    if before and before.source_digest == digest:
        return _Seen(RowResult(subject, PhotoOutcome.UNCHANGED))
    jpeg, is_cut = normalise_or_cut(data, cut=cut)
    outcome, words = (
        (PhotoOutcome.CHANGED, _("inne zdjęcie")) if before else (PhotoOutcome.NEW, _("nowe zdjęcie"))
    )
    if is_cut:
        words = _("%(words)s, przycięte: było szersze niż wyższe") % {"words": words}
    result = RowResult(subject, outcome, words, None, *_person(student), is_cut=is_cut)
    return _Seen(result, student, jpeg, digest)


def _store(
    new: Mapping[int, _Seen], by: User | None, record: Callable[[list[PhotoChange]], None] | None
) -> None:
    """Store the photos of students, by their keys, in one transaction; on failure the files are deleted."""
    storage = Photo._meta.get_field("file").storage
    files: list[str] = []
    try:
        with transaction.atomic():
            students = list(Student.objects.select_for_update(no_key=True).filter(pk__in=new).order_by("pk"))
            photos = []
            for student in students:
                seen = new[student.pk]
                photo = Photo(uploaded_by=by, source_digest=seen.digest)
                photo.file.name = storage.save(random_name(photo, ""), ContentFile(seen.jpeg))
                files.append(photo.file.name)
                photos.append(photo)
            Photo.objects.bulk_create(photos)
            changes: list[PhotoChange] = []
            for student, photo in zip(students, photos, strict=True):
                changes.append((student, {"photo": (student.photo_id, photo.pk)}))
                student.photo = photo
            Student.objects.bulk_update(students, ["photo"])
            audit_log.record_changes(changes)
            if record:
                record(changes)
            signals.send_after_commit(signals.students_changed, [student.pk for student in students], by=by)
    except BaseException:
        for name in files:
            storage.delete(name)
        raise
