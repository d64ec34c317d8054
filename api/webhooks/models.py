"""Who is told, and what has still to be told."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import OrderEvent
from students.encryption import EncryptedTextField

_KEPT_AFTER_ARRIVAL = timedelta(days=30)


def new_secret() -> str:
    """Make the secret with which deliveries are signed."""
    return secrets.token_urlsafe(32)


def check_address(url: str) -> None:
    """Raise ValidationError for an address to which a production portal would send in the clear."""
    if settings.PRODUCTION and not url.startswith("https://"):
        raise ValidationError(_("Adres musi zaczynać się od https://."))


class Endpoint(models.Model):
    """A system of the university that is told of changes; registered in the admin."""

    name = models.CharField(_("nazwa"), max_length=100)
    url = models.URLField(_("adres"), validators=[check_address])
    secret = EncryptedTextField(_("sekret"), default=new_secret, editable=False)
    is_active = models.BooleanField(_("aktywny"), default=True)
    created_at = models.DateTimeField(_("zarejestrowany"), default=timezone.now, editable=False)
    failing_since = models.DateTimeField(_("nie odpowiada od"), null=True, editable=False)

    class Meta:
        verbose_name = _("odbiorca powiadomień (webhook)")
        verbose_name_plural = _("odbiorcy powiadomień (webhooki)")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, by whether they are due."""

    def delete_old(self, now: datetime) -> None:
        """Delete those that arrived a while ago."""
        self.filter(delivered_at__lt=now - _KEPT_AFTER_ARRIVAL).delete()

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> "list[Delivery]":
        """Take up to `limit` due deliveries for this worker until the lease runs out; committed when it returns."""
        with transaction.atomic():
            due = list(
                self.filter(next_attempt_at__lte=now, endpoint__is_active=True)
                .select_related("endpoint", "event")
                .order_by("next_attempt_at")
                .select_for_update(skip_locked=True, of=("self",))[:limit]
            )
            self.filter(pk__in=[each.pk for each in due]).update(next_attempt_at=now + lease)
        return due


class Delivery(models.Model):
    """That an endpoint is to be told of an event: due at `next_attempt_at`, until it has been."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OrderEvent, models.CASCADE, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    delivered_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, next_attempt_at__isnull=False)
                | Q(delivered_at__isnull=False, next_attempt_at__isnull=True),
                name="delivery_due_until_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="delivery_due"
            )
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
