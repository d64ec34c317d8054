"""Restores: a database that was put back from a backup is noticed by what it no longer knows.

The newest event is remembered outside of it, in Redis and beside the references file. When the database does not have
that event any more, or has another one under its number, it has gone back in time.
"""

import json
import logging
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from mdocs.models import OrderEvent
from students.redis_client import client

logger = logging.getLogger(__name__)

_KEY = "mdocs:newest_event"
_PATIENCE = 2.0  # seconds


def notice_restore() -> bool:
    """Say whether the database has gone back in time since the last call, and remember how far it is now."""
    gone_back = any(not _is_known(event) for event in _remembered())
    newest = OrderEvent.objects.order_by("-pk").values("pk", "at").first()
    if newest is not None or gone_back:
        # Not of which order it is: nothing of an order passes through Redis.
        _remember(newest and [newest["pk"], newest["at"].isoformat()])
    if gone_back:
        logger.critical(
            "The database has gone back in time: it was restored from a backup. It is compared with mDokumenty now; "
            "what of it was lost is found with manage.py reconcile --references (docs/runbook.md)"
        )
    return gone_back


def _is_known(event: Any) -> bool:
    try:
        number, at = event
        return OrderEvent.objects.filter(pk=number, at=at).exists()
    except (ValueError, TypeError):
        return True  # nothing that we have written


def _remembered() -> list[Any]:
    found: list[Any] = []
    try:
        found.append(client(_PATIENCE).get(_KEY))
    except redis.RedisError as error:
        logger.warning("Redis does not say how far the database was: %s", type(error).__name__)
    if (path := _file()) is not None and path.exists():
        found.append(path.read_text(errors="replace"))
    return [event for event in map(_parsed, filter(None, found)) if event]


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None  # nothing that we have written


def _remember(event: list[Any] | None) -> None:
    text = json.dumps(event)
    try:
        client(_PATIENCE).set(_KEY, text)
    except redis.RedisError as error:
        logger.warning("Redis does not take how far the database is: %s", type(error).__name__)
    if (path := _file()) is not None:
        try:
            new = path.with_name(f"{path.name}.new")
            new.write_text(text)
            new.replace(path)
        except OSError as error:
            logger.error("How far the database is cannot be written down: %s", error.strerror)


def _file() -> Path | None:
    if not settings.REFERENCES_FILE:
        return None
    path = Path(settings.REFERENCES_FILE)
    return path.with_name(f".{path.name}.newest")
