"""Model of the circuit breaker."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.querysets import Lane
from mdocs.statuses import Operation


class Breaker(models.Model):
    """State of the circuit breaker of one lane, shared by all workers; always exactly one row for each
    (docs/reference/design.md, The engine)."""

    class State(models.TextChoices):
        CLOSED = "closed", _("działa")
        OPEN = "open", _("nie odpowiada")
        NOT_ACCEPTED = "not_accepted", _("nie przyjmuje naszego certyfikatu lub umowy")

    lane = models.CharField(_("rodzaj pracy"), max_length=4, choices=Lane, primary_key=True)
    state = models.CharField(_("stan"), max_length=12, choices=State, default=State.CLOSED)
    changed_at = models.DateTimeField(_("od"), default=timezone.now)
    failures = models.PositiveIntegerField(_("nieudane wywołania z rzędu"), default=0)
    # What our certificate or agreement was refused for: only its being accepted again proves that all is well.
    refused_operation = models.CharField(
        _("nieprzyjęte wywołanie"), max_length=8, choices=Operation, blank=True
    )
    next_probe_at = models.DateTimeField(_("następna próba"), null=True, blank=True)
    engine_seen_at = models.DateTimeField(_("ostatni obchód workera"), null=True, blank=True)

    class Meta:
        verbose_name = _("stan mDokumentów")
        verbose_name_plural = _("stan mDokumentów")
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=sorted(Lane)), name="breaker_lane_known"),
            # One that is not closed is probed again: never stuck.
            models.CheckConstraint(
                condition=Q(state="closed", next_probe_at__isnull=True)
                | ~Q(state="closed") & Q(next_probe_at__isnull=False),
                name="breaker_paused_is_probed",
            ),
            models.CheckConstraint(
                condition=Q(state="not_accepted") | Q(refused_operation=""), name="breaker_refused_says_what"
            ),
        ]
        ordering = ["-lane"]

    def __str__(self) -> str:
        return f"{self.get_lane_display()}: {self.get_state_display()}"
