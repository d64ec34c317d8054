"""Models of notifications, where Django looks for them."""

from notifications.mailings.models import Mailing, MessageTemplate
from notifications.messages.models import Message, NotificationOptOut
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
