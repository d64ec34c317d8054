"""Model of the brake of the daily sweep."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _


class SweepBrake(models.Model):
    """State of the brake: when the sweep last believed the clock, and at what it has stopped. One row.

    Only `mdocs.entitlement.brake` changes it. The numbers are by RevocationReason, the sample of orders with theirs.
    """

    clock_seen_at = models.DateTimeField(_("zegar uznany za dobry"), null=True)
    stopped_at = models.DateTimeField(_("zatrzymany od"), null=True)
    counts = models.JSONField(
        _("ile by się skończyło"), default=dict, db_default=Value({}, models.JSONField())
    )
    sample = models.JSONField(
        _("przykłady"), default=dict, db_default=Value({}, models.JSONField()), encoder=DjangoJSONEncoder
    )
    stopped_by_clock = models.BooleanField(_("zatrzymany przez zegar"), default=False, db_default=False)
    accepted = models.JSONField(
        _("na ile jest zgoda"), default=dict, db_default=Value({}, models.JSONField())
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("kto się zgodził"),
    )
    accepted_at = models.DateTimeField(_("zgoda z"), null=True)

    class Meta:
        verbose_name = _("hamulec dziennego przeglądu")
        verbose_name_plural = _("hamulec dziennego przeglądu")
        default_permissions = ()  # shown with the permission to view orders
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="sweepbrake_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "SweepBrake":
        """Return the row as it is; before the first sweep, one that is not stored."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def locked(cls) -> "SweepBrake":
        """Return the row, locked until the end of the transaction."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)

    @property
    def total(self) -> int:
        """Number of documents and orders at which it has stopped."""
        return sum(self.counts.values())

    def days_unseen(self, at: datetime) -> int | None:
        """Return the days without a sweep after which it has stopped because of the clock; None for another reason."""
        if not self.stopped_by_clock or self.clock_seen_at is None:
            return None
        return (at - self.clock_seen_at).days

    def reset(self, **values: Any) -> None:
        """Store that nothing is stopped and nothing accepted, but for these values; the clock is as it was seen."""
        fresh = SweepBrake(**{"clock_seen_at": self.clock_seen_at, **values})
        for field in self._meta.concrete_fields:
            if not field.primary_key:
                setattr(self, field.attname, getattr(fresh, field.attname))
        self.save()
