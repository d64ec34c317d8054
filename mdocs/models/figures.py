"""Model of the figures that the dashboard keeps."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyFigures(models.Model):
    """Figures of a day that is over, in the university's time; written by `mdocs.office.dashboard.days` alone.

    A day that is over does not change: an order is placed, first becomes ready and ends once each. So nobody has to
    count a million orders to look at a month.
    """

    day = models.DateField(_("dzień"), primary_key=True)
    ordered = models.PositiveIntegerField(_("złożone zamówienia"), default=0, db_default=0)
    # Of the orders whose codes came on this day: how long it had taken since the click.
    ready = models.PositiveIntegerField(_("przygotowane kody"), default=0, db_default=0)
    median_wait = models.DurationField(_("mediana oczekiwania"), null=True, blank=True)
    p95_wait = models.DurationField(_("95. percentyl oczekiwania"), null=True, blank=True)
    # How many orders ended on this day in each final state, under its name.
    rejected = models.PositiveIntegerField(_("odrzucone"), default=0, db_default=0)
    expired = models.PositiveIntegerField(_("z wygasłym kodem"), default=0, db_default=0)
    cancelled = models.PositiveIntegerField(_("anulowane"), default=0, db_default=0)
    revoked = models.PositiveIntegerField(_("unieważnione"), default=0, db_default=0)
    lapsed = models.PositiveIntegerField(_("wygasłe"), default=0, db_default=0)

    class Meta:
        verbose_name = _("liczby dnia")
        verbose_name_plural = _("liczby dni")
        default_permissions = ()  # shown with the permission to view orders

    def __str__(self) -> str:
        return self.day.isoformat()
