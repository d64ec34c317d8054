"""Models of the office's messages: templates, and what was sent to the students of a list."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.office_texts.placeholders import validate_placeholders
from students.models import Job, User
from students.names import validate_visible
from students.scope import sees_every_faculty

PARTS = ("subject_pl", "body_pl", "subject_en", "body_en")


class OfficeText(models.Model):
    """Text in both languages, with placeholders in its subjects and bodies."""

    subject_pl = models.CharField(
        _("temat po polsku"), max_length=150, validators=[validate_visible, validate_placeholders]
    )
    body_pl = models.TextField(
        _("treść po polsku"), max_length=5_000, validators=[validate_visible, validate_placeholders]
    )
    subject_en = models.CharField(
        _("temat po angielsku"), max_length=150, validators=[validate_visible, validate_placeholders]
    )
    body_en = models.TextField(
        _("treść po angielsku"), max_length=5_000, validators=[validate_visible, validate_placeholders]
    )

    class Meta:
        abstract = True

    @property
    def parts(self) -> dict[str, str]:
        """The subjects and bodies by the names of their fields."""
        return {name: getattr(self, name) for name in PARTS}


class MessageTemplate(OfficeText):
    """Template of a message, which the office edits; what was sent keeps its own text."""

    name = models.CharField(_("nazwa"), max_length=80, unique=True, validators=[validate_visible])
    changed_at = models.DateTimeField(_("zmieniono"), auto_now=True, db_default=Now())

    class Meta:
        verbose_name = _("szablon wiadomości")
        verbose_name_plural = _("szablony wiadomości")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError for a text of nothing but spaces."""
        super().clean()
        for name in PARTS:
            if getattr(self, name) and not getattr(self, name).strip():
                raise ValidationError({name: _("Wpisz tekst.")})


class MailingQuerySet(models.QuerySet["Mailing", "Mailing"]):
    """Queryset of mailings."""

    def visible_to(self, user: User | AnonymousUser) -> "MailingQuerySet":
        """Return all for staff of every faculty, else the user's own."""
        return self.all() if sees_every_faculty(user) else self.filter(by=user.pk)


class Mailing(OfficeText):
    """Message that the office has sent to the students of a list, with its text as it was then."""

    template_name = models.CharField(_("szablon"), max_length=80)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("kto"),
    )
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, related_name="+", verbose_name=_("zadanie"), editable=False
    )
    created_at = models.DateTimeField(_("kiedy"), auto_now_add=True, db_default=Now())

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wysyłka dziekanatu")
        verbose_name_plural = _("wysyłki dziekanatu")
        ordering = ["-created_at", "-pk"]
        permissions = [("send_mailing", _("Może wysyłać wiadomości studentom z listy"))]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.template_name
