"""Models of webhooks: endpoints and their deliveries."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs import schedule
from mdocs.models import OrderEvent
from notifications.outgoing import models as outgoing
from students.encryption import EncryptedTextField
from students.names import validate_visible

# A delivery that is refused is tried so often, for about nine hours: a receiver may be mended meanwhile.
MOST_REFUSALS = 24
_LONGEST_RETRY = timedelta(hours=1)  # of one that is refused
KEPT = timedelta(days=30)  # after it arrived or was given up; what waits for an endpoint that is switched off


def new_secret() -> str:
    """Return a new secret for signing deliveries."""
    return secrets.token_urlsafe(32)


def check_address(url: str) -> None:
    """Raise ValidationError for an address without TLS, in production."""
    if settings.PRODUCTION and not url.startswith("https://"):
        raise ValidationError(_("Adres musi zaczynać się od https://."))


class Endpoint(outgoing.Recipient):
    """System of the university that receives webhooks; registered in the admin."""

    name = models.CharField(_("nazwa"), max_length=100, validators=[validate_visible])
    url = models.URLField(_("adres"), validators=[check_address])
    secret = EncryptedTextField(_("sekret"), default=new_secret, editable=False)
    is_active = models.BooleanField(_("aktywny"), default=True)
    created_at = models.DateTimeField(_("zarejestrowany"), default=timezone.now, editable=False)
    # Deliveries that were deleted undelivered since it was last switched off, and the time of the oldest one's event.
    dropped = models.PositiveIntegerField(_("przepadło"), default=0, db_default=0, editable=False)
    dropped_since = models.DateTimeField(_("przepadło od"), null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(dropped=0, dropped_since__isnull=True)
                | Q(dropped__gt=0, dropped_since__isnull=False),
                name="endpoint_dropped_says_since_when",
            )
        ]
        verbose_name = _("odbiorca powiadomień (webhook)")
        verbose_name_plural = _("odbiorcy powiadomień (webhooki)")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> None:
        """Replace the secret; later deliveries are signed with the new one."""
        self.secret = new_secret()
        self.save(update_fields=["secret"])

    def switch_off(self) -> bool:
        """Switch it off, and begin to count anew what is dropped; return False if it was off already."""
        on = type(self)._base_manager.filter(pk=self.pk, is_active=True)
        return bool(on.update(is_active=False, dropped=0, dropped_since=None))

    def record_dropped(self, count: int, since: datetime) -> None:
        """Record that deliveries were deleted undelivered; `since` is the time of the oldest one's event."""
        self.dropped += count
        self.dropped_since = self.dropped_since or since
        self.save(update_fields=["dropped", "dropped_since"])


class DeliveryQuerySet(outgoing.DeliveryQuerySet["Delivery"]):
    """Queries of deliveries: each waits (`next_attempt_at`), has arrived or is refused."""

    def waiting(self) -> "DeliveryQuerySet":
        """Return the deliveries that have neither arrived nor been given up."""
        return self.filter(next_attempt_at__isnull=False)

    def refused(self) -> "DeliveryQuerySet":
        """Return the deliveries that were given up, as their endpoint refused them."""
        return self.filter(refused_at__isnull=False)

    def refuse(self, refused: "Sequence[tuple[Delivery, int]]", now: datetime) -> int:
        """Record that these were refused with an HTTP status, in one UPDATE; return how many are given up.

        The others are tried again, after at most _LONGEST_RETRY.
        """
        if not refused:
            return 0
        given_up = [delivery.pk for delivery, _status in refused if delivery.refusals + 1 >= MOST_REFUSALS]
        again = [
            When(
                pk=delivery.pk,
                then=Value(schedule.retry(delivery.refusals + 1, now, longest=_LONGEST_RETRY)),
            )
            for delivery, _status in refused
            if delivery.pk not in given_up
        ]
        statuses = [When(pk=delivery.pk, then=Value(status)) for delivery, status in refused]
        self._pending([delivery for delivery, _status in refused]).update(
            attempts=F("attempts") + 1,
            refusals=F("refusals") + 1,
            refusal_status=Case(*statuses, output_field=models.PositiveSmallIntegerField()),
            refused_at=Case(
                When(pk__in=given_up, then=Value(now)), default=None, output_field=models.DateTimeField()
            ),
            next_attempt_at=Case(*again, default=None, output_field=models.DateTimeField()),
        )
        return len(given_up)

    def send_again(self, now: datetime) -> int:
        """Have those that were given up sent again from now on; return how many."""
        return self.refused().update(refused_at=None, refusals=0, next_attempt_at=now)

    def delete_old(self, now: datetime) -> int:
        """Delete deliveries KEPT after they arrived or were given up; return how many were deleted.

        What waits for an endpoint that is switched off is deleted KEPT after its event, and counted there.
        """
        before = now - KEPT
        deleted = self.filter(Q(delivered_at__lt=before) | Q(refused_at__lt=before)).delete()[0]
        with transaction.atomic():
            # Locked, so that none is switched on in between.
            for endpoint in Endpoint.objects.filter(is_active=False).order_by("pk").select_for_update():
                old = self.waiting().filter(endpoint=endpoint, event__at__lt=before)
                since = old.aggregate(since=Min("event__at"))["since"]
                if since is not None:
                    dropped = old.delete()[0]
                    endpoint.record_dropped(dropped, since)
                    deleted += dropped
        return deleted


class Delivery(outgoing.Delivery):
    """Delivery of an event to an endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("odbiorca")
    )
    event = models.ForeignKey(OrderEvent, models.CASCADE, related_name="+", verbose_name=_("zdarzenie"))
    refusals = models.PositiveSmallIntegerField(_("odmowy"), default=0, db_default=0)
    refusal_status = models.PositiveSmallIntegerField(_("ostatnia odmowa (HTTP)"), null=True)
    refused_at = models.DateTimeField(_("odrzucono"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta(outgoing.Delivery.Meta):
        verbose_name = _("powiadomienie odbiorcy (webhook)")
        verbose_name_plural = _("powiadomienia odbiorców (webhooki)")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=False, delivered_at__isnull=True, refused_at__isnull=True)
                | Q(next_attempt_at__isnull=True, delivered_at__isnull=False, refused_at__isnull=True)
                | Q(next_attempt_at__isnull=True, delivered_at__isnull=True, refused_at__isnull=False),
                name="delivery_due_until_done",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(refusal_status__isnull=False),
                name="delivery_refused_says_how",
            ),
        ]
        indexes = [
            # By endpoint, so that deliveries that wait for one are not scanned for the others.
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_due_at_endpoint",
            ),
            models.Index(
                fields=["endpoint", "refused_at"],
                condition=Q(refused_at__isnull=False),
                name="delivery_refused_at_endpoint",
            ),
        ]
