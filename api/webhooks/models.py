"""Models of webhooks: endpoints and their deliveries."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Case, F, Min, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.webhooks.addresses import check_address as check_address  # migrations name it here
from api.webhooks.signatures import new_secret as new_secret  # as above
from mdocs import schedule
from mdocs.models import OrderEvent
from notifications.outgoing import models as outgoing
from notifications.outgoing.posting import PostResponse
from students.encryption import EncryptedTextField
from students.names import validate_visible

# A delivery that is refused is tried so often, for about nine hours: a receiver may be mended meanwhile.
MOST_REFUSALS = 24
_LONGEST_RETRY = timedelta(hours=1)  # of one that is refused
KEPT = timedelta(days=30)  # after it arrived or was given up; what waits for an endpoint that is switched off


# How long messages are signed with the previous secret as well, while receivers take the new one.
EXCHANGE = timedelta(days=1)
LONGEST_ANSWER = 500  # characters kept of what a receiver answers


class SwitchedOff(models.TextChoices):
    """Reason why the portal has switched an endpoint off by itself."""

    GONE = "gone", _("odpowiedział 410: nie chce więcej powiadomień")
    ABSENT = "absent", _("niczego nie przyjął przez trzy doby")


class DeliveryState(models.TextChoices):
    """State of a delivery."""

    WAITING = "waiting", _("czeka")
    REFUSED = "refused", _("odrzucono")
    ARRIVED = "arrived", _("dostarczono")


class Endpoint(outgoing.Recipient):
    """System of the university that receives webhooks; registered in the admin."""

    name = models.CharField(_("nazwa"), max_length=100, validators=[validate_visible])
    url = models.URLField(_("adres"), validators=[check_address])
    secret = EncryptedTextField(_("sekret"), default=new_secret, editable=False)
    is_active = models.BooleanField(_("aktywny"), default=True, db_default=True)
    previous_secret = EncryptedTextField(_("poprzedni sekret"), null=True, editable=False)
    previous_secret_until = models.DateTimeField(_("poprzedni sekret do"), null=True, editable=False)
    switched_off = models.CharField(
        _("wyłączony przez portal"),
        max_length=10,
        choices=SwitchedOff,
        default="",
        db_default="",
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(
        _("zarejestrowany"), default=timezone.now, db_default=Now(), editable=False
    )
    # Deliveries that were deleted undelivered since it was last switched off, and the time of the oldest one's event.
    dropped = models.PositiveIntegerField(_("przepadło"), default=0, db_default=0, editable=False)
    dropped_since = models.DateTimeField(_("przepadło od"), null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(dropped=0, dropped_since__isnull=True)
                | Q(dropped__gt=0, dropped_since__isnull=False),
                name="endpoint_dropped_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(switched_off=""), name="endpoint_that_is_on_is_not_off"
            ),
        ]
        verbose_name = _("odbiorca powiadomień (webhook)")
        verbose_name_plural = _("odbiorcy powiadomień (webhooki)")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> None:
        """Replace the secret; for EXCHANGE, messages are signed with the previous one as well."""
        self.previous_secret, self.previous_secret_until = self.secret, timezone.now() + EXCHANGE
        self.secret = new_secret()
        self.save(update_fields=["secret", "previous_secret", "previous_secret_until"])

    def signing_secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign a message at this time, the current one first."""
        exchanging = self.previous_secret_until is not None and now < self.previous_secret_until
        return [self.secret, *([self.previous_secret] if exchanging and self.previous_secret else [])]

    def switch_off(self, reason: SwitchedOff) -> bool:
        """Switch it off, and begin to count anew what is dropped; return False if it was off already."""
        on = type(self)._base_manager.filter(pk=self.pk, is_active=True)
        return bool(on.update(is_active=False, switched_off=reason, dropped=0, dropped_since=None))

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

    def arrived(self) -> "DeliveryQuerySet":
        """Return the deliveries that their endpoint accepted."""
        return self.filter(delivered_at__isnull=False)

    def in_state(self, state: str) -> "DeliveryQuerySet":
        """Return the deliveries in one of the states of DeliveryState."""
        by_state = {
            DeliveryState.WAITING.value: self.waiting,
            DeliveryState.REFUSED.value: self.refused,
            DeliveryState.ARRIVED.value: self.arrived,
        }
        return by_state[state]()

    def record_answers(self, attempted: "Sequence[tuple[Delivery, PostResponse]]", now: datetime) -> None:
        """Record when these were attempted last, what was answered and how long it took, in one UPDATE."""
        for delivery, response in attempted:
            delivery.last_attempt_at = now
            delivery.last_status, delivery.last_seconds = response.status, response.seconds
            delivery.last_answer = response.text[:LONGEST_ANSWER]
        columns = ["last_attempt_at", "last_status", "last_seconds", "last_answer"]
        self.bulk_update([delivery for delivery, _response in attempted], columns)

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
        """Have those that have arrived or were given up sent again from now on; return how many."""
        done = self.filter(next_attempt_at__isnull=True)
        return done.update(delivered_at=None, refused_at=None, refusals=0, next_attempt_at=now)

    def delete_old(self, now: datetime) -> int:
        """Delete deliveries KEPT after they arrived or were given up; return how many were deleted.

        What waits for an endpoint that is switched off is deleted KEPT after its event, and counted there.
        """
        before = now - KEPT
        deleted = self.filter(Q(delivered_at__lt=before) | Q(refused_at__lt=before)).delete()[0]
        with transaction.atomic():
            # Locked, so that none is switched on in between.
            for endpoint in Endpoint.objects.filter(is_active=False).order_by("pk").select_for_update():
                waiting = self.waiting().filter(endpoint=endpoint)
                deleted += waiting.filter(event=None, created_at__lt=before).delete()[0]
                old = waiting.filter(event__at__lt=before)
                since = old.aggregate(since=Min("event__at"))["since"]
                if since is not None:
                    dropped = old.delete()[0]
                    endpoint.record_dropped(dropped, since)
                    deleted += dropped
        return deleted


class Delivery(outgoing.Delivery):
    """Delivery of an event to an endpoint; one without an event is a test."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("odbiorca")
    )
    event = models.ForeignKey(
        OrderEvent, models.CASCADE, null=True, related_name="+", verbose_name=_("zdarzenie")
    )
    created_at = models.DateTimeField(_("utworzono"), default=timezone.now, db_default=Now())
    last_attempt_at = models.DateTimeField(_("ostatnia próba"), null=True)
    last_status = models.PositiveSmallIntegerField(_("odpowiedź (HTTP)"), null=True)
    last_seconds = models.FloatField(_("czas (s)"), null=True)
    last_answer = models.CharField(
        _("treść odpowiedzi"), max_length=LONGEST_ANSWER, default="", db_default="", blank=True
    )
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
            models.Index(fields=["-created_at", "-id"], name="delivery_newest_first"),
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

    @property
    def state(self) -> DeliveryState:
        """Return the state."""
        if self.delivered_at is not None:
            return DeliveryState.ARRIVED
        return DeliveryState.WAITING if self.refused_at is None else DeliveryState.REFUSED
