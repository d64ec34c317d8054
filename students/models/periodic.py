"""Periodic tasks that run by the hour or the day: when each last succeeded, and whether it fails."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PeriodicTaskQuerySet(models.QuerySet["PeriodicTask"]):
    """Queries of periodic tasks, and the two things that happen to them."""

    def record_success(self, name: str, count: int | None, now: datetime) -> None:
        """Record that a task has succeeded, and how many rows or files it was about, if it said so."""
        self.update_or_create(name=name, defaults={"succeeded_at": now, "count": count})

    def record_failure(self, name: str, error: str, now: datetime) -> bool:
        """Record that a task has failed with this class of exception; return whether it succeeded the time before."""
        before = self.filter(name=name).first()
        self.update_or_create(name=name, defaults={"failed_at": now, "error": error})
        return before is None or not before.is_failing


class PeriodicTask(models.Model):
    """Last outcome of a periodic task, by its Celery name. `students.periodic` writes it."""

    name = models.CharField(_("zadanie"), max_length=100, primary_key=True)
    succeeded_at = models.DateTimeField(_("ostatnio wykonane"), null=True)
    count = models.PositiveIntegerField(_("ile"), null=True)
    failed_at = models.DateTimeField(_("ostatnio nieudane"), null=True)
    error = models.CharField(_("błąd"), max_length=100, default="", db_default="")

    objects = PeriodicTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("zadanie okresowe")
        verbose_name_plural = _("zadania okresowe")
        ordering = ["name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(succeeded_at__isnull=False) | Q(failed_at__isnull=False),
                name="periodic_task_has_run",
            ),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, error="") | Q(failed_at__isnull=False) & ~Q(error=""),
                name="periodic_task_says_how_it_failed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        """True if it has failed since it last succeeded."""
        return self.failed_at is not None and (
            self.succeeded_at is None or self.succeeded_at <= self.failed_at
        )
