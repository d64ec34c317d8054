"""Abstract models: a recipient, and its pending deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs import schedule


class Recipient(models.Model):
    """Server that takes deliveries. While it is unavailable, all of them pause, for longer each time."""

    failures = models.PositiveIntegerField(
        _("nieudane próby z rzędu"), default=0, db_default=0, editable=False
    )
    failing_since = models.DateTimeField(_("nie odpowiada od"), null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(_("następna próba"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def record_success(self) -> None:
        """Clear the failures after a round that delivered something."""
        if self.failing_since is None and not self.failures:
            return
        self.failures, self.failing_since, self.paused_until = 0, None, None
        self._save_health()

    def record_failure(self, now: datetime, *, unavailable: bool, retry_after: timedelta | None) -> None:
        """Record a round that delivered nothing; pause the recipient if it is `unavailable`."""
        self.failing_since = self.failing_since or now
        if unavailable:
            self.failures += 1
            self.paused_until = schedule.retry(self.failures, now, retry_after)
        self._save_health()

    def _save_health(self) -> None:
        # Unlike save(), this does nothing if the row was deleted meanwhile.
        type(self)._base_manager.filter(pk=self.pk).update(
            failures=self.failures, failing_since=self.failing_since, paused_until=self.paused_until
        )


class Delivery(models.Model):
    """Something to send to a recipient: due at `next_attempt_at`, until delivered."""

    attempts = models.PositiveIntegerField(default=0, db_default=0)
    # A claim moves it on, so that the deliveries of a dead worker become due again by themselves.
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
    """Queries of deliveries. Each subclass has an index that gives the due ones in `claim_order`."""

    claim_order: ClassVar[tuple[str, ...]] = ("next_attempt_at",)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[D]:
        """Claim up to `limit` due deliveries until the lease runs out; committed on return."""
        with transaction.atomic():
            due = list(
                self.filter(next_attempt_at__lte=now)
                .order_by(*self.claim_order)
                .select_for_update(skip_locked=True, of=("self",))[:limit]
            )
            self._pending(due).update(next_attempt_at=now + lease)
        return due

    def mark_delivered(self, deliveries: list[D], now: datetime) -> None:
        """Record that these were delivered."""
        self._pending(deliveries).update(delivered_at=now, next_attempt_at=None)

    def release(self, deliveries: list[D], now: datetime) -> None:
        """Release claimed deliveries that were not attempted: due at once."""
        self._pending(deliveries).update(next_attempt_at=now)

    def retry_later(self, failed: Sequence[tuple[D, timedelta | None]], now: datetime) -> None:
        """Schedule the next attempts, with back-offs that grow, after `Retry-After` at the earliest: one UPDATE."""
        if not failed:
            return
        each = [
            When(pk=delivery.pk, then=Value(schedule.retry(delivery.attempts + 1, now, retry_after)))
            for delivery, retry_after in failed
        ]
        self._pending([delivery for delivery, _ in failed]).update(
            attempts=F("attempts") + 1, next_attempt_at=Case(*each, default=F("next_attempt_at"))
        )

    def discard(self, deliveries: list[D]) -> None:
        """Delete deliveries that are not to be sent any more."""
        self._pending(deliveries).delete()

    def _pending(self, deliveries: list[D]) -> "DeliveryQuerySet[D]":
        keys = [delivery.pk for delivery in deliveries]
        return type(self)(self.model).filter(pk__in=keys, next_attempt_at__isnull=False)
