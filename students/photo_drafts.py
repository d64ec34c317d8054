"""Drafts: uploaded pictures that wait until somebody has chosen the part that becomes a photo.

A draft is a file among the photos that no row names: one that is given up is deleted with the orphaned files
(`students.photos.delete_orphaned_files`). Its token says whose photo it is to become and who uploaded it.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from students.models import Photo, Student, User
from students.models.photos import random_name
from students.photo_frames import automatic_frame
from students.uploaded_photos import UploadedPhoto

_SALT = "students.photo_drafts"
_VALID = 60 * 60  # seconds


def _storage() -> Storage:
    storage: Storage = Photo.file.field.storage
    return storage


@dataclass(frozen=True)
class PhotoDraft:
    """A draft; `replaces` is the key of the photo that the student had when it was uploaded, `digest` the SHA-256 of
    the uploaded file."""

    student: int
    uploaded_by: int
    name: str
    digest: str
    replaces: int | None

    @classmethod
    def store(cls, data: bytes, student: Student, by: User) -> Self:
        """Store an uploaded picture of which a photo can be cut. Raises ValidationError as UploadedPhoto does."""
        picture = UploadedPhoto(data)
        picture.normalised(automatic_frame(picture.size))  # decodes it: damage is told now
        name = _storage().save(random_name(Photo(), ""), ContentFile(picture.jpeg))
        return cls(student.pk, by.pk, name, sha256(data).hexdigest(), student.photo_id)

    @classmethod
    def read(cls, token: str, student: Student, by: User) -> Self:
        """Return the draft of a token. Raises LookupError for one of another student or user, or that is too old."""
        try:
            draft = cls(*signing.loads(token, salt=_SALT, max_age=_VALID))
        except signing.BadSignature as error:
            raise LookupError from error
        if (draft.student, draft.uploaded_by) != (student.pk, by.pk):
            raise LookupError
        return draft

    def token(self) -> str:
        """Return what an address names the draft by."""
        values = (self.student, self.uploaded_by, self.name, self.digest, self.replaces)
        return signing.dumps(values, salt=_SALT)

    def picture(self) -> UploadedPhoto:
        """Return the picture. Raises LookupError when it has been accepted or deleted."""
        try:
            with _storage().open(self.name) as file:
                return UploadedPhoto(file.read())
        except FileNotFoundError as error:
            raise LookupError from error

    def delete(self) -> None:
        """Delete the file."""
        _storage().delete(self.name)
