"""Truth of a message at the moment in which it is sent, which may be long after its event."""

from mdocs.entitlement.end_warnings import ending_of
from mdocs.statuses import ENDABLE, Status
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType

_ABOUT_CODES = frozenset({NotificationType.CODES_READY, NotificationType.CODES_EXPIRING})
_ABOUT_AN_END = frozenset({NotificationType.ENDS_IN_14_DAYS, NotificationType.ENDS_IN_3_DAYS})


def is_about_usable_codes(message: Message) -> bool:
    """Return False for a message about codes that can no longer be collected."""
    return message.kind not in _ABOUT_CODES or message.order.status == Status.READY


def is_about_an_end_ahead(message: Message) -> bool:
    """Return False for a message about an end that has come, or has been put off."""
    if message.kind not in _ABOUT_AN_END:
        return True
    last_day, _reason = ending_of(message.event)
    put_off = message.order.extend_to is not None or message.order.valid_until > last_day
    return message.order.status in ENDABLE and not put_off
