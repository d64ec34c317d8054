"""Sends the e-mails of messages: claims, commits, speaks to the mail server with no transaction open, records each.

Only where a worker dies between the server's "taken" and our record is an e-mail sent again; both bear the same
Message-ID. A server that is away, or says "later", is tried again without end.
"""

import logging
import smtplib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db.models import Case, F, Value, When
from django.utils import timezone

from mdocs import schedule
from notifications.messages.emails import compose
from notifications.messages.models import EmailState, Message
from students.failures import place_of

logger = logging.getLogger(__name__)

BATCH = 50  # e-mails over one connection
LEASE = timedelta(minutes=5)
_PATIENCE = (
    LEASE / 2
)  # an e-mail begun by then is over before the lease is: each word of the server has its timeout
_LONGEST_RETRY = timedelta(
    hours=1
)  # for one address; a server that is away is tried every quarter of an hour
UNREACHABLE = "unreachable"

_AUTHENTICATION_REQUIRED = 530


def send_batch(clock: Callable[[], datetime] = timezone.now) -> int:
    """Send a batch of due e-mails over one connection; return how many it had."""
    begun = clock()
    left = Message.objects.claim_due(begun, BATCH, LEASE)
    if not left:
        return 0
    claimed = len(left)
    connection = get_connection()
    try:
        connection.open()
        while left and clock() < begun + _PATIENCE:
            _send(left[0], connection, clock)
            left.pop(0)
    except OSError as error:  # smtplib's among them
        _record_unreachable(left, error, clock())
    else:
        Message.objects.unsettled(left).update(email_due_at=clock())
    finally:
        with suppress(OSError):
            connection.close()
    return claimed


def _send(message: Message, connection: BaseEmailBackend, clock: Callable[[], datetime]) -> None:
    """Send one e-mail and record what came of it. Raises OSError where the server takes none at all."""
    if message.unwanted:
        _settle(message, EmailState.NOT_WANTED)
        return
    if not message.student.user.email:
        _settle(message, EmailState.NO_ADDRESS)
        return
    if not _is_address(message.student.user.email):
        _settle(message, EmailState.REFUSED, email_failure="no_address")
        return
    mail = _composed(message, clock())
    if mail is None:
        return
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        (answer,) = refused.recipients.values()
        _record_refusal(message, *answer, clock())
    except smtplib.SMTPDataError as error:
        _record_refusal(message, error.smtp_code, error.smtp_error, clock())
    else:
        _settle(message, EmailState.SENT, email_sent_at=clock())


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _composed(message: Message, at: datetime) -> EmailMultiAlternatives | None:
    """Write the e-mail; where that fails unexpectedly, leave only this one for later, the others are sent."""
    try:
        return compose(message)
    except Exception as error:  # noqa: BLE001 -- whatever it is
        logger.error(
            "message %s could not be written: %s\n%s", message.pk, type(error).__name__, place_of(error)
        )
        _try_again(message, "internal_error", at)
        return None


def _settle(message: Message, state: EmailState, **changes: object) -> None:
    Message.objects.unsettled([message]).update(
        email_state=state, email_due_at=None, **{"email_failure": "", **changes}
    )


def _record_refusal(message: Message, code: int, text: bytes | str, at: datetime) -> None:
    """Give up an address that the server refuses for good (5xx); try again where it is about us, or "later" (4xx).

    What it says beside its codes may hold the address, so none of it is kept.
    """
    enhanced = (text.decode(errors="replace") if isinstance(text, bytes) else text).partition(" ")[0]
    # 5.7.x (RFC 3463): policy or permissions, as when the server does not relay for us.
    about_us = enhanced.startswith("5.7.") or code == _AUTHENTICATION_REQUIRED
    if code >= 500 and not about_us:
        _settle(message, EmailState.REFUSED, email_failure=str(code))
        return
    logger.warning("message %s was not taken by the mail server: %s", message.pk, code)
    _try_again(message, str(code), at)


def _try_again(message: Message, failure: str, at: datetime) -> None:
    again = schedule.retry(message.email_failures + 1, at, longest=_LONGEST_RETRY)
    Message.objects.unsettled([message]).update(
        email_due_at=again, email_failures=F("email_failures") + 1, email_failure=failure
    )


def _record_unreachable(messages: Sequence[Message], error: OSError, at: datetime) -> None:
    """Try again later what a server that is away, or takes nothing from us, was to send: one UPDATE for all."""
    # The error's text may hold an address; its kind does not.
    logger.warning("the mail server takes no mail: %s", type(error).__name__)
    each = [
        When(pk=message.pk, then=Value(schedule.retry(message.email_failures + 1, at)))
        for message in messages
    ]
    Message.objects.unsettled(messages).update(
        email_due_at=Case(*each, default=F("email_due_at")),
        email_failures=F("email_failures") + 1,
        email_failure=UNREACHABLE,
    )
