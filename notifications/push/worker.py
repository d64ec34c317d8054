"""Sending what phones are to show: encrypted for one browser (RFC 8291), handed over by its push service (RFC 8030)."""

import json
import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from pywebpush import WebPusher

from mdocs.statuses import Status
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.messages.rendering import render_message
from notifications.outgoing.delivery_worker import DeliveryWorker
from notifications.outgoing.posting import PostRequest, PostResponse
from notifications.push import vapid
from notifications.push.deliveries import MAX_AGE
from notifications.push.models import PushDelivery, PushDeliveryQuerySet, PushService, Subscription

logger = logging.getLogger(__name__)

_GONE = {404, 410}  # RFC 8030, 7.3: the browser has given its address up
_NOT_OURS = {401, 403}  # it does not accept our signature: about us, and perhaps mended soon


class PushWorker(DeliveryWorker[PushService, PushDelivery]):
    """Has phones show messages. What cannot be shown within a day is not shown."""

    batch, at_once = 200, 16

    def recipients(self) -> Iterable[PushService]:
        """List the push services of the browsers that we know; none where we cannot sign."""
        return PushService.objects.all() if vapid.is_on() else ()

    def deliveries(self) -> PushDeliveryQuerySet:
        """Return all deliveries."""
        return PushDelivery.objects.all()

    def deliveries_to(self, recipient: PushService) -> PushDeliveryQuerySet:
        """Return those to the browsers of one push service."""
        return PushDelivery.objects.filter(subscription__service=recipient).with_cause()

    def write(self, delivery: PushDelivery, now: datetime) -> PostRequest | None:
        """Write and encrypt it; None where it is too late for it, or nobody to show it to."""
        subscription, message = delivery.subscription, delivery.message
        user = subscription.student.user
        left = int((delivery.created_at + MAX_AGE - now).total_seconds())
        if left <= 0 or not user.is_active or subscription.key != vapid.public_key():
            return None
        if message is not None and (vars(delivery)["is_unwanted"] or not _is_still_true(message)):
            return None
        address = Subscription.read(vars(delivery)["sealed_address"])
        language = user.language or settings.LANGUAGE_CODE
        with override(language):
            shown = json.dumps(push_payload(message, language)).encode()
        keys = {"p256dh": address.p256dh, "auth": address.auth}
        body = WebPusher({"endpoint": address.endpoint, "keys": keys}).encode(shown)["body"]
        headers = {
            "Authorization": vapid.authorization(subscription.service.origin, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(left),
            "Urgency": "high"
            if message is None or message.kind == NotificationType.CODES_READY
            else "normal",
        }
        if message is not None:
            headers["Topic"] = message.order_id.hex  # a newer one takes the place of one that still waits
        return PostRequest(address.endpoint, body, headers)

    def refused(self, delivery: PushDelivery, answer: PostResponse) -> bool:
        """Forget a browser that is gone; try again only where it is our signature that was not accepted."""
        if answer.status in _GONE:
            # By its address too: it may have moved to another one meanwhile.
            gone = Subscription.objects.filter(fingerprint=delivery.subscription.fingerprint)
            gone.filter(pk=delivery.subscription_id).delete()
            return True
        logger.warning("a push service answered %s to %s", answer.status, delivery)
        return answer.status not in _NOT_OURS


def push_payload(message: Message | None, language: str) -> dict[str, str]:
    """Return what a phone shows, in the active language, as static/portal/service-worker.js reads it.

    It is read over shoulders, so it has no more than the first paragraph. A message about an order takes the place of
    the last one about it (`tag`).
    """
    if message is None:
        title = _("Powiadomienia są włączone")
        body, tag = _("Na tym urządzeniu powiemy Ci, gdy Twoja mLegitymacja będzie gotowa."), "hello"
        page = "notifications:message_settings"
    else:
        found = render_message(message)
        title, body, tag = found.subject, found.paragraphs[0], str(message.order_id)
        page = "mdocs:page"
    return {"title": title, "body": body, "tag": tag, "lang": language, "path": reverse(page)}


def _is_still_true(message: Message) -> bool:
    """Tell whether codes that a message speaks of are still there to be collected."""
    about_codes = message.kind in {NotificationType.CODES_READY, NotificationType.CODES_EXPIRING}
    return not about_codes or message.order.status == Status.READY
