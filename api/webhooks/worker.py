"""Webhook worker: sends each due delivery as one signed HTTP POST."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db.models import Prefetch

from api.webhooks.addresses import guard_of
from api.webhooks.messages import body_of
from api.webhooks.models import Delivery, DeliveryQuerySet, Endpoint, SwitchedOff
from api.webhooks.signatures import signature
from mdocs.models import Order
from notifications.outgoing.delivery_worker import DeliveryWorker
from notifications.outgoing.posting import Guard, PostRequest, PostResponse

logger = logging.getLogger(__name__)

# An endpoint that has failed for so long without a success is switched off; the admin shows it.
DISABLED_AFTER = timedelta(days=3)
# 4xx that are about the endpoint or the moment; every other one is about the delivery that it answers.
_ABOUT_ENDPOINT = frozenset({401, 402, 403, 404, 405, 407, 408, 410, 421, 425, 426, 429})
# A server that is overloaded or behind a proxy answers so to any delivery.
_ABOUT_MOMENT = frozenset({408, 425, 429, 502, 503, 504})
# As an operator reads it in the log.
_SAID = {
    SwitchedOff.GONE: "has answered 410 (Gone)",
    SwitchedOff.ABSENT: "has accepted nothing for three days",
}
_USER_AGENT = "mLegitymacja-portal/1"


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
        body, message_id, timestamp = body_of(delivery), str(delivery.pk), str(int(now.timestamp()))
        secrets = delivery.endpoint.signing_secrets(now)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"{_USER_AGENT} (+{settings.PORTAL_URL})",
            "Webhook-Id": message_id,
            "Webhook-Timestamp": timestamp,
            "Webhook-Signature": signature(secrets, message_id, timestamp, body),
        }
        return PostRequest(delivery.endpoint.url, body, headers)

    def guard(self, recipient: Endpoint) -> Guard:
        """Return what says whether the address to which the endpoint's name resolves may be connected to."""
        return guard_of(recipient.url)

    def record_attempts(self, attempted: list[tuple[Delivery, PostResponse]], now: datetime) -> None:
        """Record the answers and their durations, which staff see."""
        self.deliveries().record_answers(attempted, now)

    def record_rejections(
        self, failed: list[tuple[Delivery, PostResponse]], now: datetime, *, others_accepted: bool
    ) -> list[tuple[Delivery, PostResponse]]:
        """Record refusals: 4xx about a delivery; with `others_accepted` whatever is not about the moment.

        An endpoint that answers 410 wants nothing any more (Standard Webhooks): it is switched off.
        """
        if gone := [delivery for delivery, response in failed if response.status == HTTPStatus.GONE]:
            self._switch_off(gone[0].endpoint, SwitchedOff.GONE)
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
        self._switch_off(recipient, SwitchedOff.ABSENT)

    def _switch_off(self, endpoint: Endpoint, reason: SwitchedOff) -> None:
        if endpoint.switch_off(reason):
            logger.critical("Webhook endpoint %s %s and was switched off", endpoint.pk, _SAID[reason])


def _is_refusal(status: int, others_accepted: bool) -> bool:
    if others_accepted:
        return status not in _ABOUT_MOMENT
    return 400 <= status < 500 and status not in _ABOUT_ENDPOINT
