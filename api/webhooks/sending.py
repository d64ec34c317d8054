"""Sending what is due: claim, commit, call with no transaction open, record."""

import hashlib
import hmac
import json
import logging
import random
from datetime import datetime, timedelta

import httpx
from django.db.models.functions import Coalesce
from django.utils import timezone

from api.webhooks.models import Delivery, Endpoint
from mdocs.models import Order

logger = logging.getLogger(__name__)

AT_ONCE = 10  # deliveries of one claim
LEASE = timedelta(minutes=6)  # longer than AT_ONCE calls that all time out
TIMEOUT = 10.0  # seconds for each step of a call
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
# An endpoint that has failed for so long, without one success in between, is switched off; the admin shows it.
GIVEN_UP_AFTER = timedelta(days=3)


def send_due(now: datetime | None = None) -> int:
    """Send what is due, and say how many deliveries were tried."""
    due = Delivery.objects.claim_due(now or timezone.now(), AT_ONCE, LEASE)
    if not due:
        return 0
    orders = Order.objects.only("album_number", "valid_until", "student_id")
    by_key = orders.in_bulk([each.event.order_id for each in due])
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
        for delivery in due:
            _send(client, delivery, by_key[delivery.event.order_id])
    return len(due)


def body_of(delivery: Delivery, order: Order) -> bytes:
    """Write what is told; neither the codes nor a PESEL."""
    event = delivery.event
    told = {
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
    return json.dumps(told).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what `Webhook-Signature` says: an HMAC-SHA256 over the timestamp, a dot and the body."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={made.hexdigest()}"


def _send(client: httpx.Client, delivery: Delivery, order: Order) -> None:
    body, timestamp = body_of(delivery, order), str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": str(delivery.pk),
        "Webhook-Timestamp": timestamp,
        "Webhook-Signature": signature(delivery.endpoint.secret, timestamp, body),
    }
    try:
        with client.stream("POST", delivery.endpoint.url, content=body, headers=headers) as answer:
            arrived = answer.is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        arrived = False
    (_succeeded if arrived else _failed)(delivery, timezone.now())


def _succeeded(delivery: Delivery, now: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=now, next_attempt_at=None)
    Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(failing_since=None)


def _failed(delivery: Delivery, now: datetime) -> None:
    attempts = delivery.attempts + 1
    pause = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311
    unsent = Delivery.objects.filter(pk=delivery.pk, delivered_at__isnull=True)
    unsent.update(attempts=attempts, next_attempt_at=now + pause)
    endpoint = Endpoint.objects.filter(pk=delivery.endpoint_id)
    endpoint.update(failing_since=Coalesce("failing_since", now))
    if endpoint.filter(is_active=True, failing_since__lte=now - GIVEN_UP_AFTER).update(is_active=False):
        logger.error("Webhook endpoint %s has failed for days and was switched off", delivery.endpoint_id)
