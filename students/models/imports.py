"""Changes of an import, kept for as long as it can be undone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from students.encryption import EncryptedTextField
from students.models.jobs import Job
from students.models.people import Student
from students.models.photos import Photo


class ImportedChange(models.Model):
    """Changes that an import made of one student, or of the catalogue, with the values before and after.

    The audit log says the same to people, and hides what an undo needs: a PESEL. Written and read by
    `students.importing.undo`, and deleted when the import cannot be undone any more.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="imported_changes", verbose_name=_("zadanie"))
    # None for the catalogue.
    student = models.ForeignKey(
        Student, models.CASCADE, null=True, related_name="+", verbose_name=_("student")
    )
    # JSON, as students.importing.undo.records writes it.
    changes = EncryptedTextField(_("zmiany"))
    # Referred to, so that it is not deleted as replaced.
    photo_before = models.ForeignKey(
        Photo, models.SET_NULL, null=True, related_name="+", verbose_name=_("poprzednie zdjęcie")
    )

    class Meta:
        verbose_name = _("zmiana z importu")
        verbose_name_plural = _("zmiany z importu")
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["job", "student"], name="imported_of_student")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.student_id or '–'}"
