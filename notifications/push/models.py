"""The tables of messages to phones: push services, the browsers that are reached through them, what is to be sent."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.querysets import ENCRYPTED
from notifications.messages.models import Channel, Message, NotificationOptOut
from notifications.outgoing import models as outgoing
from students.encryption import EncryptedTextField, decrypt
from students.models import Student, User

_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Address:
    """Where a browser is reached, and the keys with which only it reads: as its PushSubscription tells them."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the endpoint, in hex: finds a browser without showing its address."""
        return fingerprint_of(self.endpoint)


def fingerprint_of(endpoint: str) -> str:
    """Return the SHA-256 of an endpoint, in hex. It is long and random, so that nobody guesses it from this."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


class PushService(outgoing.Recipient):
    """A server of a browser's maker that hands messages to browsers."""

    origin = models.CharField(_("serwer"), max_length=255, unique=True)

    class Meta:
        verbose_name = _("serwer powiadomień")
        verbose_name_plural = _("serwery powiadomień")
        ordering = ["origin"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.origin


class SubscriptionQuerySet(models.QuerySet["Subscription", "Subscription"]):
    """Browsers, by whose they are."""

    def of_user(self, user: User | AnonymousUser) -> "SubscriptionQuerySet":
        """Return those of the student whose account this is."""
        return self.filter(student__user=user.pk) if user.is_authenticated else self.none()


class Subscription(models.Model):
    """A browser in which a student has turned messages on. It belongs to whoever turned them on last."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="+", verbose_name=_("student"))
    service = models.ForeignKey(PushService, models.PROTECT, verbose_name=_("serwer"))
    address = EncryptedTextField(_("adres"))  # an Address, as JSON
    fingerprint = models.CharField(max_length=64, unique=True)
    key = models.CharField(
        max_length=88
    )  # ours, to which the browser has bound itself: another cannot reach it
    name = models.CharField(_("urządzenie"), max_length=60)
    created_at = models.DateTimeField(_("włączono"), default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("urządzenie z powiadomieniami")
        verbose_name_plural = _("urządzenia z powiadomieniami")
        default_permissions = ()  # the student's alone
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def written(address: Address) -> str:
        """Write an address as the column holds it."""
        return json.dumps(asdict(address))

    @staticmethod
    def read(sealed: str) -> Address:
        """Read an address as the database holds it. Raises ValueError where none of our keys decrypts it."""
        return Address(**json.loads(decrypt(sealed)))


class PushDeliveryQuerySet(outgoing.DeliveryQuerySet["PushDelivery"]):
    """What is to be sent to browsers: first what somebody waits for."""

    first_due = ("low_priority", "next_attempt_at")

    def with_cause(self) -> "PushDeliveryQuerySet":
        """Fetch along what is written, for whom, and whether they still want it; nothing else that is encrypted."""
        unwanted = NotificationOptOut.objects.filter(
            student=OuterRef("subscription__student"), kind=OuterRef("message__kind"), channel=Channel.PHONE
        )
        return (
            self.select_related("subscription__service", "subscription__student__user")
            .select_related("message__event", "message__order")
            .defer("subscription__address", "subscription__student__pesel")
            .defer(*(f"message__order__{field}" for field in ENCRYPTED))
            # As it is stored: one that cannot be read must not stop the others.
            .annotate(sealed_address=Cast("subscription__address", models.TextField()))
            .annotate(is_unwanted=Exists(unwanted))
        )

    def delete_old(self, now: datetime) -> None:
        """Delete those of a while ago, also what was never sent because PUSH_KEY was taken away."""
        self.filter(created_at__lt=now - _KEPT).delete()


class PushDelivery(outgoing.Delivery):
    """That a browser is to show a message; without one, that messages come from now on."""

    subscription = models.ForeignKey(Subscription, models.CASCADE)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="+")
    low_priority = models.BooleanField(default=False)  # as of the message: nobody waits for it
    created_at = models.DateTimeField(default=timezone.now)

    objects = PushDeliveryQuerySet.as_manager()

    class Meta(outgoing.Delivery.Meta):
        constraints = [
            models.UniqueConstraint(fields=["subscription", "message"], name="pushdelivery_once"),
            *outgoing.Delivery.Meta.constraints,
        ]
        indexes = [
            models.Index(
                fields=["low_priority", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="pushdelivery_due",
            )
        ]
