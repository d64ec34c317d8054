"""E-mails about accounts: claimed, committed, sent with no transaction open, recorded one by one.

A server that is away, or says "later", is asked again for three days; then the event stands on the security page only.
"""

import logging
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.event_models import AccountEvent
from accounts.event_texts import EventText, text_of

logger = logging.getLogger(__name__)

BATCH = 50  # e-mails over one connection
LEASE = timedelta(minutes=5)
_WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # the last one again and again
_GIVEN_UP_AFTER = timedelta(days=3)


def run(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=45)) -> None:
    """Send what is due, in batches, until nothing is or the time is up."""
    end = clock() + budget
    while _send_batch(clock) and clock() < end:
        pass


def compose(event: AccountEvent) -> EmailMultiAlternatives:
    """Return the e-mail of an event, to the account's present address, in its language."""
    host = urlsplit(settings.PORTAL_URL).hostname
    with override(event.user.language or settings.LANGUAGE_CODE):
        text = text_of(event)
        mail = EmailMultiAlternatives(
            text.subject,
            _plain(text),
            to=[event.user.email],
            headers={
                "Message-ID": f"<account.{event.pk}.{event.at.timestamp():.0f}@{host}>",
                "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
            },
        )
        mail.attach_alternative(render_to_string("accounts/mail.html", {"text": text}), "text/html")
    return mail


def _plain(text: EventText) -> str:
    footer = _("Tę wiadomość wysłał portal studenta: %(institution)s. Nie odpowiadaj na nią.") % {
        "institution": settings.INSTITUTION_NAME
    }
    return (
        "\n\n".join([text.subject, *text.paragraphs, f"{text.button}: {text.url}", f"-- \n{footer}"]) + "\n"
    )


def _send_batch(clock: Callable[[], datetime]) -> int:
    claimed = AccountEvent.objects.claim_due(clock(), BATCH, LEASE)
    if not claimed:
        return 0
    connection = get_connection()
    try:
        connection.open()
        for event in claimed:
            _send(event, connection, clock())
    except OSError as error:  # smtplib's among them: the server takes nothing from us
        logger.warning("the mail server takes no mail: %s", type(error).__name__)
        for event in claimed:
            _again(event, type(error).__name__, clock())
        return 0
    finally:
        with suppress(OSError):
            connection.close()
    return len(claimed)


def _send(event: AccountEvent, connection: BaseEmailBackend, now: datetime) -> None:
    if not event.user.email or not event.user.is_active:
        event.record_failure("no_address", None)
        return
    try:
        connection.send_messages([compose(event)])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        code = _code_of(error)
        if code >= 500:
            event.record_failure(str(code), None)
        else:
            _again(event, str(code), now)
    else:
        event.record_sent(now)
        event.email_sent_at = now


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code
    ((code, _text),) = error.recipients.values()
    return int(code)


def _again(event: AccountEvent, failure: str, now: datetime) -> None:
    """Postpone an e-mail that has not been sent; after three days give it up."""
    if event.email_sent_at is not None:
        return
    wait = _WAITS[min(event.email_attempts, len(_WAITS) - 1)]
    event.record_failure(failure, None if now > event.at + _GIVEN_UP_AFTER else now + wait)
