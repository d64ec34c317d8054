"""Truth of a message at the moment in which it is sent, which may be long after its event."""

from typing import cast

from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.entitlement.end_warnings import ending_of
from mdocs.statuses import ENDABLE, Status
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.messages.rendering import OrderMessage

_ABOUT_CODES = frozenset({NotificationType.CODES_READY, NotificationType.CODES_EXPIRING})
_ABOUT_AN_END = frozenset({NotificationType.ENDS_IN_14_DAYS, NotificationType.ENDS_IN_3_DAYS})


def is_about_usable_codes(message: Message) -> bool:
    """Return False for a message about codes that can no longer be collected."""
    return message.kind not in _ABOUT_CODES or _of_order(message).order.status == Status.READY


def is_about_an_end_ahead(message: Message) -> bool:
    """Return False for a message about an end that has come, or that now comes on another day or for another reason.

    What ends when is asked of the list of `mdocs.entitlement.rules`, as everywhere; one query for each such message.
    """
    if message.kind not in _ABOUT_AN_END:
        return True
    about, today = _of_order(message), timezone.localdate()
    last_day, reason = ending_of(about.event)
    if about.order.status not in ENDABLE or last_day < today:
        return False
    theirs = rules.with_last_day(today, last_day - today).filter(document__pk=message.order_id).order_by()
    return (last_day, reason) in theirs.filter(pk=about.order.student_id).values_list("last_day", "reason")


def _of_order(message: Message) -> OrderMessage:
    return cast(OrderMessage, message)  # a constraint of the table: all but the office's are about one
