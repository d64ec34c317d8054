"""Log formatting: one format for web, access, workers and beat, without personal data.

A line is `time level logger [request id] text`, or with LOG_FORMAT=json an object of the same and of what the text is
made of. Times have their offset, so that the hour which comes twice in October is told apart. Where systemd's journal
reads them, each line begins with its level as in sd-daemon(3), which the journal takes away and `journalctl -p` knows.
"""

import json
import logging
import os
import re
import sys
from datetime import datetime
from typing import Any

from django.core.mail import mail_admins
from django_guid import get_guid

from mlegitymacja_portal.request_ids import canonical

# PostgreSQL quotes the values of a row in the details of an error: "Failing row contains (1, Anna, Nowak, …)".
_DETAILS = re.compile(
    r"^(DETAIL|CONTEXT|LINE \d+):.*?(?=^$\n(?:The above|During handling)|\Z)", re.DOTALL | re.MULTILINE
)
# Whoever chose these (a path, a header) would write lines of their own, or colours into a terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Eleven digits by themselves: a request id or an order's number may hold as many among its letters.
_PESEL = re.compile(r"(?<![0-9a-f])\d{11}(?![0-9a-f])")

# Levels of logging, and syslog's numbers of them.
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}

LINE = "{asctime} {levelname} {name} [{request_id}] {message}"


class RequestId(logging.Filter):
    """Filter that gives each record the id of the request for which it was written, `-` for none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, after setting `request_id`."""
        record.request_id = canonical(get_guid()) or "-"
        return True


class LineFormatter(logging.Formatter):
    """Format a record as one line, without the details of database errors and without anything like a PESEL.

    A safety net below the rule that nobody logs personal data, not a replacement for it.
    """

    def __init__(self, fmt: str = LINE, datefmt: str | None = None, style: Any = "{") -> None:
        super().__init__(fmt, datefmt, style, defaults={"request_id": "-"})

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Format the time with milliseconds and its offset from UTC (ISO 8601)."""
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

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


class JsonFormatter(LineFormatter):
    """Format a record as one JSON object; `fields` of the record are members of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the whole record; a traceback is the member `traceback`."""
        message, _newline, traceback = super().format(record).partition("\n")
        return json.dumps(
            {
                "time": self.formatTime(record),
                "level": record.levelname,
                "logger": record.name,
                "request_id": vars(record).get("request_id", "-"),
                "message": message,
                **{name: _plain(value) for name, value in vars(record).get("fields", {}).items()},
                **({"traceback": traceback} if traceback else {}),
            },
            ensure_ascii=False,
        )


def _plain(value: object) -> object:
    return _PESEL.sub("[11 digits]", value) if isinstance(value, str) else value


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


class JournalFormatter(logging.Formatter):
    """Format a record as another formatter does, each line with the level that systemd's journal files it under."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Format the record; a line without a level would be one of information."""
        return "\n".join(
            f"<{_priority(record.levelno)}>{line}" for line in self._inner.format(record).split("\n")
        )


def _priority(level: int) -> int:
    """Return syslog's number of a level of logging."""
    return next((number for least, number in _PRIORITIES.items() if level >= least), 7)


def formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of a LOG_FORMAT, "text" or "json"."""
    return JsonFormatter("{message}") if log_format == "json" else LineFormatter()


def line_formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of what this process writes to stderr, which may lead to systemd's journal."""
    return JournalFormatter(formatter(log_format)) if _writes_to_journal() else formatter(log_format)


def _writes_to_journal() -> bool:
    """Return whether stderr is what systemd has connected with its journal: a shell passes on the variable alone."""
    try:
        found = os.fstat(sys.__stderr__.fileno() if sys.__stderr__ else 2)
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


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
