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
from operations.checks.database_status import MIGRATIONS_MISSING, OK
from operations.models import Alarm

logger = logging.getLogger(__name__)

PATIENCE = 15.0  # seconds that a restart may take
_KEY = "operations:database-away"
_KEPT = 24 * 60 * 60  # seconds
_REDIS_PATIENCE = 2  # seconds


class _Memory:
    """Knowledge of this process: since when the database is away and how, and what it has told itself.

    One that has only begun does not know what those before it have told.
    """

    away_since: float | None = None
    status = OK
    told = ""
    has_begun = False


def note(status: str) -> None:
    """Note how the database is found; mail ADMINS when it has been away for PATIENCE, and when it is back."""
    if status == OK:
        _note_well()
        return
    _Memory.status = status
    if _Memory.away_since is None:
        _Memory.away_since = time.monotonic()
    elif time.monotonic() - _Memory.away_since >= PATIENCE and _is_first(status):
        logger.error("alarm: database: %s", status)
        if not _mail(status, is_end=False):
            _take_back("")  # whoever notices next tries again


def note_written() -> None:
    """Note that a row could be written, which is so with migrations missing, too."""
    if _Memory.status != MIGRATIONS_MISSING:
        _note_well(but=MIGRATIONS_MISSING)


def _note_well(*, but: str = "") -> None:
    """Mail that it is back where somebody has told that it was not, `but` of one status."""
    if _Memory.away_since is None and _Memory.has_begun:
        return
    _Memory.away_since, _Memory.status, _Memory.has_begun = None, OK, True
    told = _take_back(but)
    if told and not _mail(told, is_end=True):
        _is_first(told)
        _Memory.has_begun = False


def _is_first(status: str) -> bool:
    """Return whether nobody has told yet."""
    if _Memory.told:
        return False
    _Memory.told = status
    with suppress(redis.RedisError), _redis() as asked:
        return bool(asked.set(_KEY, status, nx=True, ex=_KEPT))
    return True


def _take_back(but: str) -> str:
    """Return what was told, unless nothing was or somebody has told that it is over."""
    told, _Memory.told = _Memory.told, ""
    with suppress(redis.RedisError), _redis() as asked:
        kept = asked.get(_KEY)
        told = kept.decode() if isinstance(kept, bytes) else ""
        return told if told and told != but and asked.delete(_KEY) else ""
    return told


def _redis() -> "redis.Redis":
    limits = {"socket_timeout": _REDIS_PATIENCE, "socket_connect_timeout": _REDIS_PATIENCE}
    return redis.Redis.from_url(settings.REDIS_URL, **limits)


def _mail(status: str, *, is_end: bool) -> bool:
    """Mail ADMINS; return whether they are told."""
    now = timezone.now()
    alarm = Alarm(kind=Kind.DATABASE, status=status, since=now, gone_at=now if is_end else None)
    return alarm_mails.mail_admins(alarm, is_end=is_end)
