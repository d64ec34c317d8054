"""Push worker: encrypts each message for one browser (RFC 8291) and sends it to its push service (RFC 8030)."""

import json
import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from pywebpush import WebPusher

from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.messages.rendering import render_message
from notifications.messages.truth import is_about_an_end_ahead, is_about_usable_codes
from notifications.office_texts.placeholders import names_in
from notifications.outgoing.delivery_worker import DeliveryWorker
from notifications.outgoing.posting import PostRequest, PostResponse
from notifications.push import vapid
from notifications.push.deliveries import MAX_AGE
from notifications.push.models import PushDelivery, PushDeliveryQuerySet, PushService, Subscription

logger = logging.getLogger(__name__)

_GONE = {404, 410}  # RFC 8030, 7.3: the subscription has expired
_UNAUTHORIZED = {401, 403}  # our signature is not accepted; may be mended soon


class PushWorker(DeliveryWorker[PushService, PushDelivery]):
    """Delivery worker of push messages. A message older than MAX_AGE is discarded."""

    batch_size, concurrency = 200, 16

    def recipients(self) -> Iterable[PushService]:
        """List the push services of all subscriptions; none without a key to sign with."""
        return PushService.objects.all() if vapid.is_on() else ()

    def deliveries(self) -> PushDeliveryQuerySet:
        """Return all deliveries."""
        return PushDelivery.objects.all()

    def deliveries_to(self, recipient: PushService) -> PushDeliveryQuerySet:
        """Return the deliveries to the browsers of one push service."""
        return PushDelivery.objects.filter(subscription__service=recipient).for_sending()

    def build_request(self, delivery: PushDelivery, now: datetime) -> PostRequest | None:
        """Encrypt and sign the message; None where it is too old, unwanted, untrue by now, or cannot be shown.

        Raises ValueError for an address that cannot be decrypted.
        """
        subscription, message = delivery.subscription, delivery.message
        user = subscription.student.user
        left = int((delivery.created_at + MAX_AGE - now).total_seconds())
        if left <= 0 or not user.is_active or subscription.key != vapid.public_key():
            return None
        if message is not None and (
            vars(delivery)["opted_out"]
            or not (is_about_usable_codes(message) and is_about_an_end_ahead(message))
        ):
            return None
        address = Subscription.deserialize(vars(delivery)["encrypted_address"])
        language = user.language or settings.LANGUAGE_CODE
        with override(language):
            payload = json.dumps(push_payload(message, language)).encode()
        keys = {"p256dh": address.p256dh, "auth": address.auth}
        body = WebPusher({"endpoint": address.endpoint, "keys": keys}).encode(payload)["body"]
        headers = {
            "Authorization": vapid.authorization(subscription.service.origin, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(left),
            "Urgency": "high"
            if message is None or message.kind == NotificationType.CODES_READY
            else "normal",
        }
        if message is not None:  # replaces an older one that still waits at the push service
            headers["Topic"] = _topic(message)
        return PostRequest(address.endpoint, body, headers)

    def record_rejections(
        self, failed: list[tuple[PushDelivery, PostResponse]], now: datetime, *, others_accepted: bool
    ) -> list[tuple[PushDelivery, PostResponse]]:
        """Delete what is rejected, with the browsers that are gone. Retried where our signature was not accepted."""
        absent = [(delivery, response) for delivery, response in failed if _is_absence(response)]
        rejected = [(delivery, response) for delivery, response in failed if not _is_absence(response)]
        Subscription.objects.delete_gone(
            [delivery.subscription for delivery, response in rejected if response.status in _GONE]
        )
        for delivery, response in failed:
            if not response.unavailable and response.status not in _GONE:
                logger.warning("a push service answered %s to %s", response.status, delivery)
        self.deliveries().discard([delivery for delivery, _response in rejected])
        return absent


def _is_absence(response: PostResponse) -> bool:
    return response.unavailable or response.status in _UNAUTHORIZED


def _topic(message: Message) -> str:
    """Return what the message is about, in up to 32 signs of URL-safe base64 (RFC 8030, 5.4): order or mailing."""
    return f"mailing-{message.mailing_id}" if message.order_id is None else message.order_id.hex


def push_payload(message: Message | None, language: str) -> dict[str, str]:
    """Return the payload of a message, in the active language, for static/portal/service-worker.js; None: the greeting.

    Others may see the screen, so it has the first paragraph only, and of what the office writes the subject, unless it
    is about this student. With the same `tag`, a message replaces the previous one about its order.
    """
    if message is None:
        title = _("Powiadomienia są włączone")
        body, tag = _("Na tym urządzeniu powiemy Ci, gdy Twoja mLegitymacja będzie gotowa."), "hello"
        page = "notifications:message_settings"
    elif message.mailing is not None:
        is_for_all = not names_in(message.mailing.subject_pl, message.mailing.subject_en)
        title = render_message(message).subject if is_for_all else str(NotificationType.FROM_OFFICE.label)
        body, tag = _("Całą wiadomość przeczytasz w portalu."), _topic(message)
        page = "notifications:messages"
    else:
        rendered = render_message(message)
        title, body, tag = rendered.subject, rendered.paragraphs[0], str(message.order_id)
        page = "mdocs:page"
    return {"title": title, "body": body, "tag": tag, "lang": language, "path": reverse(page)}
