"""Models of notifications, where Django looks for them."""

from notifications.messages.models import Message, NotificationOptOut
from notifications.push.models import PushDelivery, PushService, Subscription

__all__ = ["Message", "NotificationOptOut", "PushDelivery", "PushService", "Subscription"]
