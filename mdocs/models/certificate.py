"""Model of the warnings about the certificate for mDokumenty."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CertificateWarning(models.Model):
    """A warning about the certificate that `ADMINS` were mailed: one for each step before its end, one a day of a
    problem. Written only by `mdocs.engine.certificates`."""

    what = models.CharField(_("o czym"), max_length=60, unique=True)  # "ends 2027-03-31T12:00:00+00:00 30"
    at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("ostrzeżenie o certyfikacie")
        verbose_name_plural = _("ostrzeżenia o certyfikacie")
        default_permissions = ()

    def __str__(self) -> str:
        return self.what
