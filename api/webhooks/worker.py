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
from notifications.outgoing.posting import PostRequest, PostResponse

logger = logging.getLogger(__name__)

# An endpoint that has failed for so long without a success is switched off; the admin shows it.
DISABLED_AFTER = timedelta(days=3)
# 4xx that are about the endpoint or the moment; every other one is about the delivery that it answers.
_ABOUT_ENDPOINT = frozenset({401, 402, 403, 404, 405, 407, 408, 410, 421, 425, 426, 429})
# A server that is overloaded or behind a proxy answers so to any delivery.
_ABOUT_MOMENT = frozenset({408, 425, 429, 502, 503, 504})


class WebhookWorker(DeliveryWorker[Endpoint, Delivery]):
    """Delivery worker of webhooks.

    A delivery that its endpoint refuses is given up after MOST_REFUSALS. An endpoint that is absent pauses, and is
    switched off after DISABLED_AFTER.
    """

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

    def record_rejections(
        self, failed: list[tuple[Delivery, PostResponse]], now: datetime, *, others_accepted: bool
    ) -> list[tuple[Delivery, PostResponse]]:
        """Record refusals: 4xx about a delivery; with `others_accepted` whatever is not about the moment."""
        refused, absent = [], []
        for delivery, response in failed:
            if response.status is not None and _is_refusal(response.status, others_accepted):
                refused.append((delivery, response.status))
            else:
                absent.append((delivery, response))
        if given_up := self.deliveries().refuse(refused, now):
            endpoint = refused[0][0].endpoint_id
            logger.error("Webhook endpoint %s refused %s deliveries, which were given up", endpoint, given_up)
        return absent

    def is_unavailable(self, response: PostResponse) -> bool:
        """Return True: what is not about a delivery would meet the others, too."""
        return True

    def handle_failed_round(self, recipient: Endpoint, now: datetime) -> None:
        """Switch off an endpoint that has accepted nothing for days; the critical line is mailed to ADMINS."""
        if recipient.failing_since is None or recipient.failing_since > now - DISABLED_AFTER:
            return
        if recipient.switch_off():
            logger.critical(
                "Webhook endpoint %s has accepted nothing for three days and was switched off", recipient.pk
            )


def _is_refusal(status: int, others_accepted: bool) -> bool:
    if others_accepted:
        return status not in _ABOUT_MOMENT
    return 400 <= status < 500 and status not in _ABOUT_ENDPOINT


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
