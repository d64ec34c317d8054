"""Models of making the two truths agree: runs of the comparison, and documents that belong to no order here."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models.orders import Order
from students.models import Student
from students.moments import write_moment


class Reconciliation(models.Model):
    """Comparison of our orders with what mDokumenty says of them; it goes on where it was (docs/lifecycle.md)."""

    class Cause(models.TextChoices):
        WEEKLY = "weekly", _("co tydzień")
        RESTORED = "restored", _("bazę odtworzono z kopii")
        COMMAND = "command", _("polecenie")

    cause = models.CharField(_("dlaczego"), max_length=8, choices=Cause)
    started_at = models.DateTimeField(_("początek"), default=timezone.now, db_default=Now())
    finished_at = models.DateTimeField(_("koniec"), null=True, blank=True)
    leased_until = models.DateTimeField(_("zajęte do"), null=True, blank=True)
    cursor = models.UUIDField(_("miejsce"), null=True, blank=True)  # the last order that was compared
    asked = models.PositiveIntegerField(_("porównanych"), default=0, db_default=0)
    mended = models.PositiveIntegerField(_("naprawionych"), default=0, db_default=0)
    left = models.PositiveIntegerField(_("dla pracownika"), default=0, db_default=0)
    differences = models.JSONField(
        _("różnice"), default=list, db_default=Value([], models.JSONField()), blank=True
    )

    class Meta:
        verbose_name = _("uzgodnienie z mDokumentami")
        verbose_name_plural = _("uzgodnienia z mDokumentami")
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=["weekly", "restored", "command"]), name="reconciliation_cause_known"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(leased_until__isnull=True),
                name="reconciliation_over_is_free",
            ),
            # A second one would ask the same questions.
            models.UniqueConstraint(
                models.Value(1), condition=Q(finished_at__isnull=True), name="reconciliation_one_open"
            ),
        ]

    def __str__(self) -> str:
        return write_moment(self.started_at)


class OrphanDocument(models.Model):
    """Document at mDokumenty that no order here wants: of an order that the database has lost, or that is over.

    What an order here has ended is revoked by itself; the rest waits for the office's word.
    """

    reference = models.UUIDField(_("numer zamówienia"), unique=True)
    mdokumenty_id = models.CharField(_("numer w mDokumentach"), max_length=100, unique=True)
    order = models.ForeignKey(
        Order,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zamówienie"),
        help_text=_("puste: baza nie zna tego zamówienia"),
    )
    student = models.ForeignKey(
        Student, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("student")
    )
    status_there = models.CharField(_("stan w mDokumentach"), max_length=12)
    valid_until = models.DateField(_("termin ważności"))
    found_at = models.DateTimeField(_("znaleziono"), default=timezone.now, db_default=Now())
    revocation_asked_at = models.DateTimeField(_("unieważnienie od"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kto"),
        help_text=_("puste: portal sam"),
    )
    next_attempt_at = models.DateTimeField(_("następna próba"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("nieudane próby z rzędu"), default=0, db_default=0)
    ended_at = models.DateTimeField(_("zakończono"), null=True, blank=True)

    class Meta:
        verbose_name = _("dokument bez zamówienia")
        verbose_name_plural = _("dokumenty bez zamówienia")
        permissions = [("revoke_orphandocument", _("Może unieważniać dokumenty bez zamówienia"))]
        ordering = ["-found_at"]
        constraints = [
            # What is to be revoked is tried until it is.
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=True)
                & (Q(revocation_asked_at__isnull=True) | Q(ended_at__isnull=False))
                | Q(next_attempt_at__isnull=False, revocation_asked_at__isnull=False, ended_at__isnull=True),
                name="orphandocument_asked_is_tried",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | Q(revocation_asked_at__isnull=False),
                name="orphandocument_asked_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="orphandocument_due",
            )
        ]

    def __str__(self) -> str:
        return self.mdokumenty_id
