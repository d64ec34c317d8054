"""Models of notifications, where Django looks for them."""

from notifications.messages.models import Message, NotificationOptOut
from notifications.office_texts.models import Mailing, MessageTemplate
from notifications.push.models import PushDelivery, PushService, Subscription

__all__ = [
    "Mailing",
    "Message",
    "MessageTemplate",
    "NotificationOptOut",
    "PushDelivery",
    "PushService",
    "Subscription",
]
