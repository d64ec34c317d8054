"""E-mails about a database that is away, of which no row can tell: one for all processes that notice.

They agree by a key in Redis; where that is away too, each process tells for itself.
"""

import logging
import time
from contextlib import suppress

import redis
from django.conf import settings
from django.utils import timezone

from operations import alarm_mails
from operations.alarm_kinds import Kind
from operations.models import Alarm

logger = logging.getLogger(__name__)

PATIENCE = 15.0  # seconds that a restart may take
_KEY = "operations:database-away"
_KEPT = 24 * 60 * 60  # seconds
_REDIS_PATIENCE = 2  # seconds


class _Memory:
    """Knowledge of this process: since when the database is away, and whether it has told so itself."""

    away_since: float | None = None
    has_told = False


def note(status: str) -> None:
    """Note how the database is found; mail ADMINS when it has been away for PATIENCE, and when it is back."""
    if status == "ok":
        if _Memory.away_since is not None:
            _Memory.away_since = None
            if _take_back():
                _mail("unreachable", is_end=True)
        return
    if _Memory.away_since is None:
        _Memory.away_since = time.monotonic()
    elif time.monotonic() - _Memory.away_since >= PATIENCE and _is_first():
        logger.error("alarm: database: %s", status)
        _mail(status, is_end=False)


def _is_first() -> bool:
    """Return whether nobody has told yet."""
    if _Memory.has_told:
        return False
    _Memory.has_told = True
    with suppress(redis.RedisError), _redis() as asked:
        return bool(asked.set(_KEY, "told", nx=True, ex=_KEPT))
    return True


def _take_back() -> bool:
    """Return whether it was told, and nobody has told that it is over."""
    told, _Memory.has_told = _Memory.has_told, False
    with suppress(redis.RedisError), _redis() as asked:
        return bool(asked.delete(_KEY))
    return told


def _redis() -> "redis.Redis":
    limits = {"socket_timeout": _REDIS_PATIENCE, "socket_connect_timeout": _REDIS_PATIENCE}
    return redis.Redis.from_url(settings.REDIS_URL, **limits)


def _mail(status: str, *, is_end: bool) -> None:
    now = timezone.now()
    alarm = Alarm(kind=Kind.DATABASE, status=status, since=now, gone_at=now if is_end else None)
    try:
        alarm_mails.tell_admins(alarm, is_end=is_end)
    except OSError as error:  # smtplib's among them
        logger.error("an alarm could not be mailed: %s", type(error).__name__)
        _Memory.has_told = is_end
