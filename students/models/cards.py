"""Plastic cards (ELS): their numbers, their dates, and the holder as printed on them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from students.encryption import (
    BlindIndexedModel,
    BlindIndexedQuerySet,
    BlindIndexField,
    EncryptedTextField,
    pair_is_whole,
)
from students.fields import CodeField, Key, check_key, is_code, one_spaced, validate_date
from students.half_years import extension_target


class EndReason(models.TextChoices):
    """Reason why a card ended."""

    LOST = "lost", _("utracona")
    RETURNED = "returned", _("zwrócona")
    INVALIDATED = "invalidated", _("unieważniona")
    DATA_CHANGED = "data_changed", _("zmiana danych")


class StudentCardQuerySet(BlindIndexedQuerySet["StudentCard"]):
    """Queryset of cards, with filters in the terms of the rules."""

    def in_use(self) -> "StudentCardQuerySet":
        """Return cards that have not ended; a student has at most one."""
        return self.filter(ended_on__isnull=True)

    def not_extended(self, today: date) -> "StudentCardQuerySet":
        """Return cards in use that are not extended as far as an extension made on `today` reaches."""
        return self.in_use().filter(valid_until__lt=extension_target(today))


class StudentCard(BlindIndexedModel):
    """An Elektroniczna Legitymacja Studencka. Changed only through `students.cards`."""

    student = models.ForeignKey("Student", models.PROTECT, related_name="cards", verbose_name=_("student"))
    barcode_number = CodeField(_("numer (kod kreskowy)"), max_length=30, unique=True)
    contact_chip_uid = CodeField(
        _("numer układu stykowego"), max_length=40, unique=True, null=True, blank=True
    )
    contactless_chip_uid = CodeField(
        _("numer układu bezstykowego"), max_length=40, unique=True, null=True, blank=True
    )
    issued_on = models.DateField(_("wydana"), validators=[validate_date])
    valid_until = models.DateField(_("ważna do"), validators=[validate_date])
    holder_first_names = models.CharField(_("imiona na legitymacji"), max_length=100)
    holder_last_name = models.CharField(_("nazwisko na legitymacji"), max_length=100)
    holder_pesel = EncryptedTextField(_("PESEL na legitymacji"), null=True, blank=True)
    holder_pesel_index = BlindIndexField(source="holder_pesel")
    ended_on = models.DateField(_("zakończona"), null=True, blank=True)
    end_reason = models.CharField(
        _("powód zakończenia"), max_length=20, choices=EndReason, null=True, blank=True
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("zakończył(a)"),
    )
    ended_by_job = models.ForeignKey(
        "students.Job",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("zadanie"),
    )

    objects = StudentCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("legitymacja (ELS)")
        verbose_name_plural = _("legitymacje (ELS)")
        permissions = [
            ("extend_studentcard", _("Może przedłużać legitymacje (ELS)")),
            ("end_studentcard", _("Może kończyć legitymacje (ELS)")),
        ]
        ordering = ["-issued_on", "-pk"]
        indexes = [
            models.Index(fields=["-issued_on", "-id"], name="card_newest"),
            models.Index(Key("barcode_number"), name="card_barcode_key"),
            models.Index(Key("contact_chip_uid"), name="card_contact_uid_key"),
            models.Index(Key("contactless_chip_uid"), name="card_contactless_uid_key"),
            models.Index(
                fields=["ended_by_job", "id"],
                condition=Q(ended_by_job__isnull=False),
                name="card_ended_by_job",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(ended_on__isnull=True),
                name="card_one_in_use",
                violation_error_message=_("Ten student ma już legitymację, która nie została zakończona."),
            ),
            models.CheckConstraint(
                name="card_valid_after_issue",
                condition=Q(valid_until__gte=F("issued_on")),
                violation_error_message=_("Legitymacja nie może stracić ważności przed jej wydaniem."),
            ),
            models.CheckConstraint(
                name="card_end_has_reason",
                condition=Q(ended_on__isnull=True, end_reason__isnull=True)
                | Q(ended_on__isnull=False, end_reason__isnull=False, end_reason__in=EndReason.values),
                violation_error_message=_("Data i powód zakończenia podaje się razem."),
            ),
            models.CheckConstraint(
                name="card_ends_after_issue",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("issued_on")),
                violation_error_message=_("Legitymacja nie może się zakończyć przed jej wydaniem."),
            ),
            is_code("barcode_number", name="card_barcode_is_code"),
            is_code("contact_chip_uid", name="card_contact_uid_is_code"),
            is_code("contactless_chip_uid", name="card_contactless_uid_is_code"),
            one_spaced("holder_first_names", "holder_last_name", name="card_names_spaced"),
            pair_is_whole("holder_pesel", "holder_pesel_index", name="card_pesel_has_index"),
        ]

    def __str__(self) -> str:
        return self.barcode_number

    def clean(self) -> None:
        """Raise ValidationError for a number that differs from another card's by leading zeros only."""
        super().clean()
        check_key(self, "barcode_number", "contact_chip_uid", "contactless_chip_uid")


class CardExtension(models.Model):
    """One extension of a card's last valid day by the dean's office."""

    card = models.ForeignKey(
        StudentCard, models.PROTECT, related_name="extensions", verbose_name=_("legitymacja")
    )
    extended_at = models.DateTimeField(_("przedłużono"), auto_now_add=True, db_default=Now())
    previous_valid_until = models.DateField(_("ważna poprzednio do"))
    valid_until = models.DateField(_("ważna do"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("przedłużył(a)"),
    )
    job = models.ForeignKey(
        "students.Job",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("zadanie"),
    )
    undone_at = models.DateTimeField(_("cofnięto"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("przedłużenie ELS")
        verbose_name_plural = _("przedłużenia ELS")
        ordering = ["-extended_at"]
        constraints = [
            models.CheckConstraint(
                name="extension_moves_forward", condition=Q(valid_until__gt=F("previous_valid_until"))
            ),
        ]
        indexes = [
            models.Index(fields=["job", "id"], condition=Q(job__isnull=False), name="cardextension_of_job"),
        ]

    def __str__(self) -> str:
        return f"{self.card}: {self.previous_valid_until} → {self.valid_until}"
