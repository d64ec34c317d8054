"""E-mails about accounts: claimed, committed, sent with no transaction open, recorded one by one.

A server that is away, or says "later", is asked again for three days; then the event stands on the security page only.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import override

from accounts.event_models import AccountEvent
from accounts.event_texts import text_of
from students import smtp
from students.failures import place_of
from students.letters import Letter, Link, compose_email, message_id

logger = logging.getLogger(__name__)

BATCH = 50  # e-mails over one connection
LEASE = timedelta(minutes=5)
# An e-mail begun by then ends before the lease, after which another worker sends it: each reply has its timeout.
_BATCH_TIME = LEASE / 2
_WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # the last one again and again
_GIVEN_UP_AFTER = timedelta(days=3)


def run(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=45)) -> None:
    """Send what is due, in batches, until nothing is or the time is up."""
    end = clock() + budget
    while _send_batch(clock) and clock() < end:
        pass


def compose(event: AccountEvent) -> EmailMultiAlternatives:
    """Return the e-mail of an event, to the account's present address, in its language."""
    with override(event.user.language or settings.LANGUAGE_CODE):
        text = text_of(event)
        letter = Letter(text.subject, text.paragraphs, Link(text.button, text.url))
        return compose_email(letter, event.user.email, message_id("account", event.pk, event.at))


def _send_batch(clock: Callable[[], datetime]) -> int:
    begun = clock()
    claimed = AccountEvent.objects.claim_due(begun, BATCH, LEASE)
    if not claimed:
        return 0
    left, tried = list(claimed), list[AccountEvent]()
    try:
        with smtp.open_connection() as connection:
            while left and clock() < begun + _BATCH_TIME:
                tried = left[:1]
                _send(left[0], connection, clock())
                left.pop(0)
    except OSError as error:  # smtplib's among them: the server takes nothing from us
        logger.warning("the mail server takes no mail: %s", type(error).__name__)
        # The one at which it happened may be the cause: counted twice, it comes after the others.
        for event in tried + left:
            _retry_later(event, type(error).__name__, clock())
        return 0
    return len(claimed)


def _send(event: AccountEvent, connection: BaseEmailBackend, now: datetime) -> None:
    """Send one e-mail and record the result. Raises OSError if the server accepts no mail at all."""
    if not event.user.is_active or not smtp.is_address(event.user.email):
        event.record_failure("no_address", None)
        return
    email = _composed(event, now)
    if email is None:
        return
    rejection = smtp.send(email, connection)
    if rejection is None:
        event.record_sent(now)
    elif rejection.is_final:
        event.record_failure(str(rejection.code), None)
    else:
        _retry_later(event, str(rejection.code), now)


def _composed(event: AccountEvent, now: datetime) -> EmailMultiAlternatives | None:
    """Compose the e-mail; after an unexpected error, postpone this one and return None."""
    try:
        return compose(event)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the others of the batch go out
        logger.error(
            "account event %s could not be written: %s\n%s", event.pk, type(error).__name__, place_of(error)
        )
        _retry_later(event, "internal_error", now)
        return None


def _retry_later(event: AccountEvent, failure: str, now: datetime) -> None:
    """Postpone an e-mail that has not been sent; after three days give it up."""
    wait = _WAITS[min(event.email_attempts, len(_WAITS) - 1)]
    event.record_failure(failure, None if now > event.at + _GIVEN_UP_AFTER else now + wait)
