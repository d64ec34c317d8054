"""Models of webhooks: endpoints and their deliveries."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.models import OrderEvent
from notifications.outgoing import models as outgoing
from students.encryption import EncryptedTextField

_KEPT_AFTER_ARRIVAL = timedelta(days=30)


def new_secret() -> str:
    """Return a new secret for signing deliveries."""
    return secrets.token_urlsafe(32)


def check_address(url: str) -> None:
    """Raise ValidationError for an address without TLS, in production."""
    if settings.PRODUCTION and not url.startswith("https://"):
        raise ValidationError(_("Adres musi zaczynać się od https://."))


class Endpoint(outgoing.Recipient):
    """System of the university that receives webhooks; registered in the admin."""

    name = models.CharField(_("nazwa"), max_length=100)
    url = models.URLField(_("adres"), validators=[check_address])
    secret = EncryptedTextField(_("sekret"), default=new_secret, editable=False)
    is_active = models.BooleanField(_("aktywny"), default=True)
    created_at = models.DateTimeField(_("zarejestrowany"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("odbiorca powiadomień (webhook)")
        verbose_name_plural = _("odbiorcy powiadomień (webhooki)")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> None:
        """Replace the secret; later deliveries are signed with the new one."""
        self.secret = new_secret()
        self.save(update_fields=["secret"])


class DeliveryQuerySet(outgoing.DeliveryQuerySet["Delivery"]):
    """Queries of deliveries."""

    def delete_old(self, now: datetime) -> None:
        """Delete deliveries that arrived more than _KEPT_AFTER_ARRIVAL ago."""
        self.filter(delivered_at__lt=now - _KEPT_AFTER_ARRIVAL).delete()


class Delivery(outgoing.Delivery):
    """Delivery of an event to an endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OrderEvent, models.CASCADE, related_name="+")

    objects = DeliveryQuerySet.as_manager()

    class Meta(outgoing.Delivery.Meta):
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
            *outgoing.Delivery.Meta.constraints,
        ]
        indexes = [
            # By endpoint, so that deliveries that wait for one are not scanned for the others.
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_due_at_endpoint",
            )
        ]
