"""Whom something is sent to, and what has still to be sent. Abstract: each kind has tables of its own."""

from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs import schedule


class Recipient(models.Model):
    """A server that takes what we send. While it is away it is left alone, ever longer, with all that is due to it."""

    failures = models.PositiveIntegerField(_("nieudane próby z rzędu"), default=0, editable=False)
    failing_since = models.DateTimeField(_("nie odpowiada od"), null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(_("następna próba"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def note_arrival(self) -> None:
        """Note that something has arrived."""
        if self.failing_since is None and not self.failures:
            return
        self.failures, self.failing_since, self.paused_until = 0, None, None
        self._keep_health()

    def note_failure(self, now: datetime, *, away: bool, retry_after: timedelta | None) -> None:
        """Note that nothing has arrived; leave it alone for a while if it is `away`."""
        self.failing_since = self.failing_since or now
        if away:
            self.failures += 1
            self.paused_until = schedule.retry(self.failures, now, retry_after)
        self._keep_health()

    def _keep_health(self) -> None:
        # Unlike save(), this does nothing where somebody has deleted it meanwhile.
        type(self)._base_manager.filter(pk=self.pk).update(
            failures=self.failures, failing_since=self.failing_since, paused_until=self.paused_until
        )


class Delivery(models.Model):
    """That somebody is to be sent something: due at `next_attempt_at`, until it has arrived."""

    attempts = models.PositiveIntegerField(default=0)
    # Moved on by a claim, so that what a dead worker held is due again by itself.
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, next_attempt_at__isnull=False)
                | Q(delivered_at__isnull=False, next_attempt_at__isnull=True),
                name="%(class)s_due_until_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


D = TypeVar("D", bound=Delivery)


class DeliveryQuerySet(models.QuerySet[D, D]):
    """Deliveries, by whether they are due. Each kind has an index that gives the due ones in their order."""

    first_due: ClassVar[tuple[str, ...]] = ("next_attempt_at",)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[D]:
        """Take up to `limit` due deliveries for this worker until the lease runs out; committed when it returns."""
        with transaction.atomic():
            due = list(
                self.filter(next_attempt_at__lte=now)
                .order_by(*self.first_due)
                .select_for_update(skip_locked=True, of=("self",))[:limit]
            )
            self._unsettled(due).update(next_attempt_at=now + lease)
        return due

    def note_arrived(self, deliveries: list[D], now: datetime) -> None:
        """Note that these have arrived."""
        self._unsettled(deliveries).update(delivered_at=now, next_attempt_at=None)

    def put_back(self, deliveries: list[D], now: datetime) -> None:
        """Give back what was claimed and not tried: due at once."""
        self._unsettled(deliveries).update(next_attempt_at=now)

    def try_again(self, delivery: D, now: datetime, retry_after: timedelta | None = None) -> None:
        """Have one tried again, ever later."""
        attempts = delivery.attempts + 1
        again = schedule.retry(attempts, now, retry_after)
        self._unsettled([delivery]).update(attempts=attempts, next_attempt_at=again)

    def forget(self, deliveries: list[D]) -> None:
        """Delete those that are not to be sent any more."""
        self._unsettled(deliveries).delete()

    def _unsettled(self, deliveries: list[D]) -> "DeliveryQuerySet[D]":
        keys = [delivery.pk for delivery in deliveries]
        return type(self)(self.model).filter(pk__in=keys, delivered_at__isnull=True)
