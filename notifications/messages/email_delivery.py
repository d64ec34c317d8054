"""E-mail delivery of messages: claim, commit, send over SMTP with no transaction open, record each.

Has a task, a queue and a worker of its own: nothing else waits for the mail server.

What was sent is recorded for several at once, within a second. An e-mail is sent twice only if a worker dies between
the server's 250 and that record; both have the same Message-ID. A server that is unavailable, or says "later" (4xx), is
retried without end.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Case, F, Value, When
from django.utils import timezone

from mdocs import schedule
from notifications import metrics
from notifications.messages.emails import compose
from notifications.messages.models import EmailState, Message
from notifications.messages.truth import is_about_an_end_ahead, is_about_usable_codes
from students import smtp
from students.failures import place_of

logger = logging.getLogger(__name__)

BATCH = 50  # e-mails over one connection
LEASE = timedelta(minutes=5)
# An e-mail begun by then ends before the lease: each reply of the server has its timeout.
_BATCH_TIME = LEASE / 2
_RECORDED_WITHIN = timedelta(seconds=1)
# For one address; an unavailable server is tried every quarter of an hour.
_LONGEST_RETRY = timedelta(hours=1)
UNREACHABLE = "unreachable"


def run(clock: Callable[[], datetime] = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
    """Send e-mails in batches until none is due or the time is up."""
    end = clock() + budget
    while send_batch(clock) and clock() < end:
        pass


def send_batch(clock: Callable[[], datetime] = timezone.now) -> int:
    """Send a batch of due e-mails over one connection; return how many were claimed."""
    begun = clock()
    left = Message.objects.claim_due(begun, BATCH, LEASE)
    if not left:
        return 0
    count, tried = len(left), list[Message]()
    sent = _Sent(clock)
    try:
        with smtp.open_connection() as connection:
            while left and clock() < begun + _BATCH_TIME:
                tried = left[:1]
                _send(left[0], connection, sent, clock)
                left.pop(0)
    except OSError as error:  # smtplib's among them
        _record_unreachable(left, tried, error, clock())
    else:
        Message.objects.email_pending(left).update(email_due_at=clock())
    finally:
        sent.record()
    return count


class _Sent:
    """E-mails that the server has taken, until they are recorded: one UPDATE for those of a second."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._messages: list[Message] = []
        self._since = clock()

    def add(self, message: Message) -> None:
        """Take one more, and record them all when a second has passed."""
        if not self._messages:
            self._since = self._clock()
        self._messages.append(message)
        if self._clock() >= self._since + _RECORDED_WITHIN:
            self.record()

    def record(self) -> None:
        """Record those that have not been."""
        if self._messages:
            _finish(self._messages, EmailState.SENT, email_sent_at=self._clock())
            self._messages = []


def _send(message: Message, connection: BaseEmailBackend, sent: _Sent, clock: Callable[[], datetime]) -> None:
    """Send one e-mail and record the result. Raises OSError if the server accepts no mail at all."""
    if reason := _unsendable(message):
        _finish([message], reason)
        return
    if not smtp.is_address(message.student.user.email):
        _finish([message], EmailState.REFUSED, email_failure="no_address")
        return
    mail = _composed(message, clock())
    if mail is None:
        return
    rejection = smtp.send(mail, connection)
    if rejection is None:
        sent.add(message)
    elif rejection.is_final:
        _finish([message], EmailState.REFUSED, email_failure=str(rejection.code))
    else:
        logger.warning("%s was not taken by the mail server: %s", _named(message), rejection.code)
        _retry_later(message, str(rejection.code), clock())


def _unsendable(message: Message) -> EmailState | None:
    """Return why an e-mail is not to be sent any more; None where it is."""
    if message.opted_out:
        return EmailState.NOT_WANTED
    if not message.student.user.is_active:
        return EmailState.NO_ACCOUNT
    if not message.student.user.email:
        return EmailState.NO_ADDRESS
    is_true = is_about_usable_codes(message) and is_about_an_end_ahead(message)
    return None if is_true else EmailState.OUTDATED


def _composed(message: Message, at: datetime) -> EmailMultiAlternatives | None:
    """Compose the e-mail; after an unexpected error, postpone this one and return None."""
    try:
        return compose(message)
    except Exception as error:  # noqa: BLE001 -- whatever it is
        logger.error(
            "%s could not be written: %s\n%s", _named(message), type(error).__name__, place_of(error)
        )
        _retry_later(message, "internal_error", at)
        return None


def _named(message: Message) -> str:
    """Return the names by which lines of the log are found: of the message, and of the order that it is about."""
    return f"message={message.pk}" + (f" order={message.order_id}" if message.order_id else "")


def _finish(messages: Sequence[Message], state: EmailState, **changes: object) -> None:
    metrics.EMAILS.labels(state).inc(len(messages))
    Message.objects.email_pending(messages).update(
        email_state=state, email_due_at=None, **{"email_failure": "", **changes}
    )


def _retry_later(message: Message, failure: str, at: datetime) -> None:
    metrics.EMAILS.labels("later").inc()
    again = schedule.retry(message.email_failures + 1, at, longest=_LONGEST_RETRY)
    Message.objects.email_pending([message]).update(
        email_due_at=again, email_failures=F("email_failures") + 1, email_failure=failure
    )


def _record_unreachable(
    messages: Sequence[Message], tried: Sequence[Message], error: OSError, at: datetime
) -> None:
    """Postpone all e-mails of a batch whose server is unavailable, or accepts nothing from us: one UPDATE.

    The one that was `tried` when it happened may be the cause: counted twice, it comes after the others.
    """
    # The error's text may contain an address; its class does not.
    logger.warning("the mail server takes no mail: %s", type(error).__name__)
    metrics.EMAILS.labels(UNREACHABLE).inc(len(messages))
    each = [
        When(pk=message.pk, then=Value(schedule.retry(message.email_failures + 1, at)))
        for message in messages
    ]
    Message.objects.email_pending(messages).update(
        email_due_at=Case(*each, default=F("email_due_at")),
        email_failures=F("email_failures")
        + Case(When(pk__in=[message.pk for message in tried], then=2), default=1),
        email_failure=UNREACHABLE,
    )
