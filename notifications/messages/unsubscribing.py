"""One-click unsubscribing from e-mails (RFC 8058): a signed address for one student and one type of message.

It works without signing in, as mail programs press it. A GET only asks: programs that look at links must not change
anything.
"""

from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notifications.messages.models import Channel, NotificationOptOut
from notifications.messages.notification_types import NotificationType
from students.models import Student

_SALT = "notifications.unsubscribe"


class Unsubscription(NamedTuple):
    """Student who wants no more e-mails of a type."""

    student_id: int
    kind: NotificationType


def address_of(student_id: int, kind: str) -> str:
    """Return the address; what is signed stands in the query, which no log keeps."""
    ticket = signing.dumps([student_id, kind], salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('notifications:unsubscribe')}?ticket={ticket}"


def read(ticket: str) -> Unsubscription | None:
    """Return what a ticket stands for; None for one that is forged, or whose student is gone."""
    try:
        student_id, kind = signing.loads(ticket, salt=_SALT)
    except signing.BadSignature:
        return None
    if kind not in NotificationType.values or not Student.objects.filter(pk=student_id).exists():
        return None
    return Unsubscription(student_id, NotificationType(kind))


def unsubscribe(what: Unsubscription) -> None:
    """Store the opt-out; doing so again changes nothing."""
    NotificationOptOut.objects.bulk_create(
        [NotificationOptOut(student_id=what.student_id, kind=what.kind, channel=Channel.EMAIL)],
        ignore_conflicts=True,
    )
