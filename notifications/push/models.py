"""Models of push: push services, subscriptions of browsers there, and deliveries."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast, Now
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
    """Endpoint of a browser, and the keys to encrypt for it: the members of its PushSubscription."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the endpoint, in hex, which finds a browser without showing its address."""
        return fingerprint_of(self.endpoint)


def fingerprint_of(endpoint: str) -> str:
    """Return the SHA-256 of an endpoint, in hex. An endpoint, long and random, cannot be guessed from it."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


class PushService(outgoing.Recipient):
    """Push service: the server of a browser's maker that passes messages on to browsers."""

    origin = models.CharField(_("serwer"), max_length=255, unique=True)

    class Meta:
        verbose_name = _("serwer powiadomień")
        verbose_name_plural = _("serwery powiadomień")
        ordering = ["origin"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.origin


class SubscriptionQuerySet(models.QuerySet["Subscription", "Subscription"]):
    """Queries of subscriptions."""

    def of_user(self, user: User | AnonymousUser) -> "SubscriptionQuerySet":
        """Return the subscriptions of the student with this account."""
        return self.filter(student__user=user.pk) if user.is_authenticated else self.none()

    def lock(self) -> list[int]:
        """Lock these until the transaction ends, in the order of their keys; return the keys.

        Deliveries are created under the same lock: of one that is deleted under it, none is left behind.
        """
        return list(self.order_by("pk").select_for_update().values_list("pk", flat=True))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete these with their deliveries, under the lock."""
        with transaction.atomic():
            keys = self.lock()
            return super(SubscriptionQuerySet, self.model.objects.filter(pk__in=keys)).delete()

    def delete_gone(self, gone: "list[Subscription]") -> None:
        """Delete browsers that are gone, unless they have another endpoint by now."""
        if gone:
            as_sent_to = (Q(pk=each.pk, fingerprint=each.fingerprint) for each in gone)
            self.filter(reduce(or_, as_sent_to)).delete()


class Subscription(models.Model):
    """Browser with messages turned on, by the last student to do so there."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="+", verbose_name=_("student"))
    service = models.ForeignKey(PushService, models.PROTECT, verbose_name=_("serwer"))
    address = EncryptedTextField(_("adres"))  # an Address, as JSON
    fingerprint = models.CharField(max_length=64, unique=True)
    # Our public key, to which the browser has bound itself: a signature of another key is rejected.
    key = models.CharField(max_length=88)
    name = models.CharField(_("urządzenie"), max_length=60)
    created_at = models.DateTimeField(_("włączono"), default=timezone.now, db_default=Now())

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("urządzenie z powiadomieniami")
        verbose_name_plural = _("urządzenia z powiadomieniami")
        default_permissions = ()  # the student's alone
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def serialize(address: Address) -> str:
        """Return an address as JSON, for the column `address`."""
        return json.dumps(asdict(address))

    @staticmethod
    def deserialize(encrypted: str) -> Address:
        """Decrypt and parse the column `address`. Raises ValueError where none of our keys decrypts it."""
        return Address(**json.loads(decrypt(encrypted)))


class PushDeliveryQuerySet(outgoing.DeliveryQuerySet["PushDelivery"]):
    """Queries of push deliveries. Those with low priority are claimed last."""

    claim_order = ("low_priority", "next_attempt_at")

    def for_sending(self) -> "PushDeliveryQuerySet":
        """Add message, order, student and `opted_out`; of encrypted columns `encrypted_address` only."""
        opt_outs = NotificationOptOut.objects.filter(
            student=OuterRef("subscription__student"), kind=OuterRef("message__kind"), channel=Channel.PHONE
        )
        return (
            self.select_related("subscription__service", "subscription__student__user")
            .select_related("message__event", "message__order", "message__mailing")
            .defer("subscription__address", "subscription__student__pesel")
            .defer(*(f"message__order__{field}" for field in ENCRYPTED))
            # Not decrypted by the query: one address that cannot be must not stop the others.
            .annotate(encrypted_address=Cast("subscription__address", models.TextField()))
            .annotate(opted_out=Exists(opt_outs))
        )

    def delete_old(self, now: datetime) -> int:
        """Delete deliveries older than _KEPT, also those never sent as PUSH_KEY was removed; return how many."""
        return self.filter(created_at__lt=now - _KEPT).delete()[0]


class PushDelivery(outgoing.Delivery):
    """Delivery of a message to a browser; without a message, of the greeting."""

    subscription = models.ForeignKey(Subscription, models.CASCADE)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="+")
    low_priority = models.BooleanField(default=False, db_default=False)  # copied from the message
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

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
