"""Model of confirmations, for undoing them and for the history."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models.orders import Order
from students.models import Job


class Confirmation(models.Model):
    """One confirmation by the dean's office that a student goes on, which moves `Order.confirmed_until` on.

    Rules `pesel` (docs/reference/domain.md, Two sets of rules); what a `CardExtension` is under `els`.
    """

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="confirmations", verbose_name=_("zamówienie")
    )
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("zadanie")
    )
    previous_until = models.DateField(_("potwierdzona poprzednio do"), null=True, blank=True)
    until = models.DateField(_("potwierdzona do"))
    at = models.DateTimeField(_("kiedy"), default=timezone.now, db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kto"))
    undone_at = models.DateTimeField(_("cofnięto"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("potwierdzenie")
        verbose_name_plural = _("potwierdzenia")
        default_permissions = ()  # shown as part of their job
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="confirmation_moves_forward",
                condition=Q(previous_until__isnull=True) | Q(until__gt=F("previous_until")),
            ),
            models.UniqueConstraint(
                fields=["order", "until"], condition=Q(undone_at__isnull=True), name="confirmation_once"
            ),
        ]
        indexes = [models.Index(fields=["job", "id"], name="confirmation_of_job")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.previous_until} → {self.until}"
