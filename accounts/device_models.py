"""Model of known devices: browsers in which somebody has signed in before."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.models import User

KEPT = timedelta(days=365)


class KnownDevice(models.Model):
    """A browser in which an account has signed in; its cookie holds a random key, of which this is the SHA-256."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("konto"))
    key_hash = models.CharField(max_length=64)
    name = models.CharField(_("urządzenie"), max_length=60)
    last_seen_at = models.DateTimeField(_("ostatnio"), default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("znane urządzenie")
        verbose_name_plural = _("znane urządzenia")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key_hash"], name="known_device_once")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def delete_old(cls, now: datetime) -> int:
        """Delete the devices in which nobody has signed in for a year; return how many."""
        return cls.objects.filter(last_seen_at__lt=now - KEPT).delete()[0]
