"""Looks at what is stored about students by those who are not them: staff, scripts of staff, other systems."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.identifiers import normalised
from students.models.people import Student, User

LONGEST_FILTER = 500
SLOT = 10 * 60  # seconds; looking again at the same within them is the same look
MOST_STUDENTS = 100  # that a search for a name may mean


class LookQuerySet(models.QuerySet["Look"]):
    """Queryset of looks."""

    def search(self, term: str) -> "LookQuerySet":
        """Return the looks at a student (album number, names) and by an account or another system (its name)."""
        students = Student.objects.filter(album_number__means=normalised(term)) | Student.objects.named(term)
        accounts = User.objects.with_login(term).values_list("pk", flat=True)
        return self.filter(
            Q(student__in=list(students.order_by("pk").values_list("pk", flat=True)[:MOST_STUDENTS]))
            | Q(actor__in=list(accounts))
            | Q(program__iexact=term)
        )


def slot_of(at: datetime) -> int:
    """Return the number of the ten minutes in which a moment is."""
    return int(at.timestamp()) // SLOT


class Look(models.Model):
    """A look: at one student, or at a list with its filter and length. Written by `students.looks`, never changed."""

    class What(models.TextChoices):
        PAGE = "page", _("strona studenta")
        PHOTO = "photo", _("zdjęcie")
        LIST = "list", _("lista")
        API = "api", _("dane przez API")

    at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())
    slot = models.PositiveIntegerField(editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kto"),
    )
    # An administrative application, which looks in nobody's name.
    program = models.CharField(_("system"), max_length=100, blank=True, default="", db_default="")
    student = models.ForeignKey(
        Student, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("student")
    )
    what = models.CharField(_("co"), max_length=8, choices=What)
    shown = models.CharField(_("strona"), max_length=200)
    filter = models.CharField(_("filtr"), max_length=LONGEST_FILTER, blank=True, default="", db_default="")
    rows = models.PositiveIntegerField(_("ile"), null=True, blank=True)
    remote_addr = models.GenericIPAddressField(_("skąd"), null=True, blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("odczyt danych")
        verbose_name_plural = _("odczyty danych")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="look_in_order"),
            models.Index(
                fields=["student", "-at"], name="look_at_student", condition=Q(student__isnull=False)
            ),
            models.Index(fields=["actor", "-at"], name="look_of_actor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "actor", "program", "student", "what", "shown", "filter"],
                name="look_once_in_ten_minutes",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="look_what_known",
                condition=Q(what__in=["page", "photo", "list", "api"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.student or self.shown}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new look; raise TypeError for a stored one."""
        if not self._state.adding:
            raise TypeError("a look is never changed")
        super().save(*args, **kwargs)
