"""Photos: immutable files without a public address, read by this app alone."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def photo_storage() -> Storage:
    """Return the private storage of photos."""
    return storages["photos"]


def random_name(photo: "Photo", filename: str) -> str:
    """Return a random name for a photo's file, which reveals neither its owner nor the next name."""
    name = uuid4().hex
    return f"{name[:2]}/{name}.jpg"  # spread over 256 folders


class Photo(models.Model):
    """A photo, never changed: a new one replaces it, and it is kept while something refers to it."""

    file = models.FileField(_("plik"), storage=photo_storage, upload_to=random_name, editable=False)
    # SHA-256 of the file as it came from USOS: the same one again is known without decoding it. None for the rest.
    source_digest = models.CharField(max_length=64, null=True, editable=False)
    uploaded_at = models.DateTimeField(_("dodano"), auto_now_add=True, db_default=Now())
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("dodał(a)"),
    )

    class Meta:
        verbose_name = _("zdjęcie")
        verbose_name_plural = _("zdjęcia")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new photo; raise TypeError for a stored one."""
        if not self._state.adding:
            raise TypeError("a photo is never changed; students.photos.set_photo replaces it")
        super().save(*args, **kwargs)

    def read(self) -> bytes:
        """Return the JPEG. Raises FileNotFoundError when the file is gone."""
        with self.file.storage.open(self.file.name) as file:
            return bytes(file.read())
