"""Sending of due deliveries: one signed HTTP POST for each."""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Prefetch

from api.webhooks.models import Delivery, DeliveryQuerySet, Endpoint
from mdocs.models import Order
from notifications.outgoing.delivery_worker import DeliveryWorker
from notifications.outgoing.posting import PostRequest

logger = logging.getLogger(__name__)

# An endpoint that has failed for so long, without one success in between, is switched off; the admin shows it.
DISABLED_AFTER = timedelta(days=3)


class WebhookWorker(DeliveryWorker[Endpoint, Delivery]):
    """Send webhooks, retried until they are accepted or the endpoint is switched off."""

    batch, at_once = 100, 4

    def recipients(self) -> Iterable[Endpoint]:
        """Return the active endpoints."""
        return Endpoint.objects.filter(is_active=True)

    def deliveries(self) -> DeliveryQuerySet:
        """Return all deliveries."""
        return Delivery.objects.all()

    def deliveries_to(self, recipient: Endpoint) -> DeliveryQuerySet:
        """Return an endpoint's deliveries, with the order's fields that the payload needs."""
        needed = Order.objects.only("album_number", "valid_until", "student_id")
        deliveries = Delivery.objects.filter(endpoint=recipient).select_related("endpoint", "event")
        return deliveries.prefetch_related(Prefetch("event__order", needed))

    def write(self, delivery: Delivery, now: datetime) -> PostRequest:
        """Return the signed request."""
        body, timestamp = body_of(delivery), str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Webhook-Id": str(delivery.pk),
            "Webhook-Timestamp": timestamp,
            "Webhook-Signature": signature(delivery.endpoint.secret, timestamp, body),
        }
        return PostRequest(delivery.endpoint.url, body, headers)

    def failed(self, recipient: Endpoint, now: datetime) -> None:
        """Switch off an endpoint that has failed for days."""
        if recipient.failing_since is None or recipient.failing_since > now - DISABLED_AFTER:
            return
        if Endpoint.objects.filter(pk=recipient.pk, is_active=True).update(is_active=False):
            logger.error("Webhook endpoint %s has failed for days and was switched off", recipient.pk)


def body_of(delivery: Delivery) -> bytes:
    """Return the payload, without codes and PESEL."""
    event, order = delivery.event, delivery.event.order
    payload = {
        "id": str(delivery.pk),
        "type": "order.state_changed",
        "at": event.at.isoformat(),
        "order": {
            "id": str(order.pk),
            "student": order.student_id,
            "album_number": order.album_number,
            "valid_until": order.valid_until.isoformat(),
        },
        "old": event.old or None,
        "new": event.new,
        "reason": event.reason,
    }
    return json.dumps(payload).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the `Webhook-Signature` header: an HMAC-SHA256 over the timestamp, a dot and the body."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={made.hexdigest()}"
