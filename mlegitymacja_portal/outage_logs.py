"""Logging of outages: PostgreSQL or Redis away is one line a failure, not a hundred lines of traceback."""

import logging

import django.db
import kombu.exceptions
import psycopg
import redis

_DATABASE = (
    django.db.OperationalError,
    django.db.InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
_BROKER = (redis.ConnectionError, redis.TimeoutError, kombu.exceptions.OperationalError)
# SQLSTATE classes of a server that cannot be spoken to: connection, resources, operator; a deadlock is none of them.
_CLASSES = ("08", "53", "57")
_LONGEST = 200  # characters of a reason


class OneLineOutage(logging.Filter):
    """Filter that puts the reason of an outage in the place of its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True, after shortening a record about an outage."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None and is_outage(error):
            reason = str(error).partition("\n")[0][:_LONGEST]
            first = record.getMessage().partition("\n")[0]
            record.msg, record.args = f"{first}: {type(error).__name__}: {reason}", ()
            record.exc_info = record.exc_text = None
        return True


def is_outage(error: BaseException) -> bool:
    """Return whether an exception says that PostgreSQL or Redis cannot be spoken to."""
    if isinstance(error, _BROKER):
        return True
    if not isinstance(error, _DATABASE):
        return False
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state).startswith(_CLASSES)
