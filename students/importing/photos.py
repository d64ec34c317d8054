"""Import of a batch of photos named by album number; an unchanged file is not decoded again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from students import audit_log, signals
from students.identifiers import identifier_key
from students.importing.photo_index import IndexedPhoto
from students.importing.photo_sources import ReadPhoto
from students.importing.results import RowOutcome, RowResult
from students.models import Photo, Student, User
from students.models.photos import random_name
from students.names import is_visible
from students.uploaded_photos import normalise_or_cut, normalise_photo

BATCH = 50  # photos; decoding takes longer than anything else here
_ENDINGS = {".jpg", ".jpeg", ".jpe", ".jfif"}
# What may stand in a note: an album number, never a PESEL that is the name of a file.
_ALBUM = re.compile(r"(?!\d{11}$)[0-9A-Za-z]{1,20}")
_LIKE_PESEL = re.compile(r"(?:\d[\s_-]*){9,}")


@dataclass(frozen=True)
class _Seen:
    """A checked photo, and what is to be stored of it, if anything."""

    result: RowResult
    student: Student | None = None
    jpeg: bytes = b""
    digest: str = ""


def preview_photos(batch: Sequence[IndexedPhoto], read: ReadPhoto, *, cut: bool = False) -> list[RowResult]:
    """Return the results that importing the batch would have; `cut` says that photos wider than high are cut.

    Album numbers of the table are taken for students, since the table would create them first.
    """
    return [seen.result for seen in _look(batch, read, previewed=True, cut=cut)]


def store_photos(
    batch: Sequence[IndexedPhoto], read: ReadPhoto, *, by: User | None, cut: bool = False
) -> list[RowResult]:
    """Store the photos of the batch, and return the results; `cut` says that photos wider than high are cut."""
    looked = list(_look(batch, read, previewed=False, cut=cut))
    if new := {seen.student.pk: seen for seen in looked if seen.student and seen.jpeg}:
        _store(new, by=by)
    return [seen.result for seen in looked]


def _look(batch: Sequence[IndexedPhoto], read: ReadPhoto, *, previewed: bool, cut: bool) -> Iterator[_Seen]:
    students = _students(batch)
    for photo in batch:
        subject = _subject(photo)
        student = students.get(photo.album)
        try:
            _check(photo, expected=student is not None or (previewed and photo.in_table))
            yield _look_at(photo, subject, student, read, cut=cut)
        except ValidationError as error:
            yield _Seen(RowResult(subject, RowOutcome.REJECTED, " ".join(error.messages)))


def _students(batch: Sequence[IndexedPhoto]) -> dict[str, Student]:
    """Return the students by the album numbers of the files; leading zeros may lack where only one can be meant."""
    keys = {identifier_key(photo.album) for photo in batch}
    alike: dict[str, dict[str, Student]] = {}
    for student in Student.objects.filter(album_number__key__in=keys).select_related("photo"):
        album = str(student.album_number)
        alike.setdefault(identifier_key(album), {})[album] = student
    found = {}
    for photo in batch:
        those = alike.get(identifier_key(photo.album), {})
        if photo.album in those or len(those) == 1:
            found[photo.album] = those.get(photo.album) or next(iter(those.values()))
    return found


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
        return _Seen(RowResult(subject, RowOutcome.UNCHANGED))
    jpeg, is_cut = normalise_or_cut(data) if cut else (normalise_photo(data), False)
    outcome, words = (
        (RowOutcome.CHANGED, _("inne zdjęcie")) if before else (RowOutcome.NEW, _("nowe zdjęcie"))
    )
    if is_cut:
        words = _("%(words)s, przycięte: było szersze niż wyższe") % {"words": words}
    return _Seen(RowResult(subject, outcome, words, is_cut), student, jpeg, digest)


def _store(new: Mapping[int, _Seen], *, by: User | None) -> None:
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
            changes = []
            for student, photo in zip(students, photos, strict=True):
                changes.append((student, {"photo": (student.photo_id, photo.pk)}))
                student.photo = photo
            Student.objects.bulk_update(students, ["photo"])
            audit_log.record_changes(changes)
            signals.send_after_commit(signals.students_changed, [student.pk for student in students], by=by)
    except BaseException:
        for name in files:
            storage.delete(name)
        raise
