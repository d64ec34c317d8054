"""Webhook worker: sends each due delivery as one signed HTTP POST."""

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

# An endpoint that has failed for so long without a success is switched off; the admin shows it.
DISABLED_AFTER = timedelta(days=3)


class WebhookWorker(DeliveryWorker[Endpoint, Delivery]):
    """Delivery worker of webhooks. Rejected deliveries are retried until the endpoint is switched off."""

    batch_size, concurrency = 100, 4

    def recipients(self) -> Iterable[Endpoint]:
        """List the active endpoints."""
        return Endpoint.objects.filter(is_active=True)

    def deliveries(self) -> DeliveryQuerySet:
        """Return all deliveries."""
        return Delivery.objects.all()

    def deliveries_to(self, recipient: Endpoint) -> DeliveryQuerySet:
        """Return the deliveries to an endpoint, with only those columns of the order that `body_of` reads."""
        orders = Order.objects.only("album_number", "valid_until", "student_id")
        deliveries = Delivery.objects.filter(endpoint=recipient).select_related("endpoint", "event")
        return deliveries.prefetch_related(Prefetch("event__order", orders))

    def build_request(self, delivery: Delivery, now: datetime) -> PostRequest:
        """Build and sign the request."""
        body, timestamp = body_of(delivery), str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Webhook-Id": str(delivery.pk),
            "Webhook-Timestamp": timestamp,
            "Webhook-Signature": signature(delivery.endpoint.secret, timestamp, body),
        }
        return PostRequest(delivery.endpoint.url, body, headers)

    def handle_failed_round(self, recipient: Endpoint, now: datetime) -> None:
        """Switch off an endpoint that has failed for days."""
        if recipient.failing_since is None or recipient.failing_since > now - DISABLED_AFTER:
            return
        if Endpoint.objects.filter(pk=recipient.pk, is_active=True).update(is_active=False):
            logger.error("Webhook endpoint %s has failed for days and was switched off", recipient.pk)


def body_of(delivery: Delivery) -> bytes:
    """Return the JSON body of a delivery, as UTF-8; it has neither codes nor a PESEL."""
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
    """Return the `Webhook-Signature` header: "v1=" and the hex HMAC-SHA256 of timestamp, dot and body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"
