"""Canaries of the encryption keys: rows that tell whether the keys of the settings are those of the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeyCanary(models.Model):
    """Known text under one of the keys. Written and read by `students.key_canaries`."""

    class Key(models.TextChoices):
        ENCRYPTION = "FIELD_ENCRYPTION_KEYS"
        INDEX = "FIELD_INDEX_KEY"

    key = models.CharField(_("klucz"), max_length=30, choices=Key, primary_key=True)
    value = models.TextField(_("wartość"))

    class Meta:
        verbose_name = _("kanarek klucza")
        verbose_name_plural = _("kanarki kluczy")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
