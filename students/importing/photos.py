"""Import of photos named by album number, from a folder or a ZIP; an unchanged file is not decoded again."""

import re
import zlib
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Protocol
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from students import audit_log, signals
from students.importing.archives import Limits, open_archive
from students.importing.errors import UnreadableFile
from students.importing.results import RowOutcome, RowResult
from students.models import Photo, Student, User
from students.models.photos import random_name
from students.photos import MAX_BYTES, normalise_photo

BATCH = 50  # photos; decoding takes longer than anything else here
LIMITS = Limits(entries=100_000, total=50 * 1024**3, ratio=10)
_ENDINGS = {".jpg", ".jpeg"}
_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}
# What may stand in a note: an album number, never a PESEL that is the name of a file.
_ALBUM = re.compile(r"(?!\d{11}$)[0-9A-Za-z]{1,20}")


class Photos(Protocol):
    """Source of photo files. `names` are in a fixed order, so that a position among them can be stored."""

    names: Sequence[str]

    def read(self, name: str) -> bytes:
        """Return the content, or its first MAX_BYTES + 1 bytes; raise ValidationError for a damaged file."""


class ZipPhotos:
    """Photos in an archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive: ZipFile = open_archive(file, LIMITS)
        self.names: Sequence[str] = _wanted(
            entry.filename for entry in self._archive.infolist() if not entry.is_dir()
        )

    def read(self, name: str) -> bytes:
        """Unpack one photo in memory."""
        try:
            with self._archive.open(name) as file:
                return file.read(MAX_BYTES + 1)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise ValidationError(_("Ten plik w archiwum jest uszkodzony.")) from None


class FolderPhotos:
    """Photos in a folder and its subfolders, without links."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        self.names: Sequence[str] = _wanted(path.relative_to(folder).as_posix() for path in files)

    def read(self, name: str) -> bytes:
        """Read one photo."""
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError:
            raise ValidationError(_("Tego pliku nie da się odczytać.")) from None


@contextmanager
def open_photos(path: Path) -> Iterator[Photos]:
    """Open a folder or an archive. Raises UnreadableFile for anything else."""
    if path.is_dir():
        yield FolderPhotos(path)
        return
    try:
        file = path.open("rb")
    except OSError:
        raise UnreadableFile(_("Nie ma takiego folderu ani archiwum ze zdjęciami.")) from None
    with file:
        yield ZipPhotos(file)


def _wanted(names: Iterator[str]) -> list[str]:
    """Return the names without files that operating systems add."""

    def left(name: str) -> bool:
        path = PurePosixPath(name)
        return path.name.startswith(".") or path.name.lower() in _LEFT_BY_SYSTEMS or "__MACOSX" in path.parts

    return sorted(name for name in names if not left(name))


@dataclass(frozen=True)
class _Seen:
    """A checked photo, and what is to be stored of it, if anything."""

    result: RowResult
    student: Student | None = None
    jpeg: bytes = b""
    digest: str = ""


class PhotoImport:
    """Import of the photos of a source, a batch at a time.

    `expected` are album numbers that a preview takes for students, since the table would create them first.
    """

    def __init__(self, photos: Photos, expected: Container[str] = ()) -> None:
        self._photos = photos
        self._expected = expected
        self._albums = Counter(map(_album, photos.names))

    def __len__(self) -> int:
        return len(self._photos.names)

    def preview(self, start: int) -> list[RowResult]:
        """Return the results that importing the batch at `start` would have."""
        return [seen.result for seen in self._look(start)]

    def store(self, start: int, *, by: User | None) -> list[RowResult]:
        """Store the photos of the batch at `start`, and return the results."""
        looked = list(self._look(start))
        if new := {seen.student.pk: seen for seen in looked if seen.student and seen.jpeg}:
            _store(new, by=by)
        return [seen.result for seen in looked]

    def _look(self, start: int) -> Iterator[_Seen]:
        names = self._photos.names[start : start + BATCH]
        found = Student.objects.filter(album_number__in=[_album(name) for name in names])
        students = {student.album_number: student for student in found.select_related("photo")}
        for number, name in enumerate(names, start=start + 1):
            album = _album(name)
            if _ALBUM.fullmatch(album):
                subject = _("zdjęcie %(album)s") % {"album": album}
            else:
                subject = _("plik nr %(number)d wśród zdjęć") % {"number": number}
            try:
                yield self._look_at(name, subject, students.get(album))
            except ValidationError as error:
                yield _Seen(RowResult(subject, RowOutcome.REJECTED, " ".join(error.messages)))

    def _look_at(self, name: str, subject: str, student: Student | None) -> _Seen:
        if PurePosixPath(name).suffix.lower() not in _ENDINGS:
            raise ValidationError(_("To nie jest plik JPEG (.jpg)."))
        if self._albums[_album(name)] > 1:
            raise ValidationError(_("Jest kilka zdjęć o tym samym numerze albumu."))
        if student is None and _album(name) not in self._expected:
            raise ValidationError(_("Nie ma studenta o takim numerze albumu."))
        data = self._photos.read(name)
        digest = sha256(data).hexdigest()
        before = student.photo if student else None
        if before and before.source_digest == digest:
            return _Seen(RowResult(subject, RowOutcome.UNCHANGED))
        jpeg = normalise_photo(data)
        if before:
            return _Seen(RowResult(subject, RowOutcome.CHANGED, _("inne zdjęcie")), student, jpeg, digest)
        return _Seen(RowResult(subject, RowOutcome.NEW, _("nowe zdjęcie")), student, jpeg, digest)


def _album(name: str) -> str:
    return PurePosixPath(name).stem


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
