"""Log formatting without personal data."""

import logging
import re
from typing import Any

from django.core.mail import mail_admins

# PostgreSQL quotes the values of a row in the details of an error: "Failing row contains (1, Anna, Nowak, …)".
_DETAILS = re.compile(
    r"^(DETAIL|CONTEXT|LINE \d+):.*?(?=^$\n(?:The above|During handling)|\Z)", re.DOTALL | re.MULTILINE
)
# Whoever chose these (a path, a header) would write lines of their own, or colours into a terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Eleven digits by themselves: a request id or an order's number may hold as many among its letters.
_PESEL = re.compile(r"(?<![0-9a-f])\d{11}(?![0-9a-f])")


class LineFormatter(logging.Formatter):
    """Format a record as one line, without the details of database errors and without anything like a PESEL.

    A safety net below the rule that nobody logs personal data, not a replacement for it.
    """

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """Format a traceback without the details of database errors."""
        return _DETAILS.sub("", super().formatException(ei))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Format the message with its control characters escaped; a traceback keeps its lines."""
        record.message = _CONTROLS.sub(_escaped, record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Format the whole record."""
        return _PESEL.sub("[11 digits]", super().format(record))


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


class MailHandler(logging.Handler):
    """Mail a record to ADMINS as it stands in the log: no request, no form, no local variables."""

    def emit(self, record: logging.LogRecord) -> None:
        """Send the mail, if ADMINS is not empty."""
        subject = f"{record.levelname}: {record.getMessage()}".splitlines()[0]
        mail_admins(_PESEL.sub("[11 digits]", subject)[:200], self.format(record), fail_silently=True)


class WithoutTraceback(logging.Filter):
    """Filter that removes the traceback: beat logs the same hundred lines at every tick while Redis is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, after removing the traceback."""
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        record.exc_info = None
        return True
