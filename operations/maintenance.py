"""Maintenance: while it is on, people read a page that says so, and orders that were taken go on.

Each process asks the database at most once in some seconds, so that a page costs no query; where the database is
away, it keeps to what it last knew.
"""

import logging
import time
from typing import NamedTuple

from django.db import DatabaseError
from django.utils.translation import get_language

from operations.models import Maintenance

logger = logging.getLogger(__name__)

KNOWN_FOR = 3.0  # seconds
RETRY_AFTER = 300  # seconds that programs are asked to wait


class _Known(NamedTuple):
    """Knowledge of this process, and since when by the monotonic clock."""

    maintenance: Maintenance | None
    at: float


_known = [_Known(None, float("-inf"))]


def latest() -> Maintenance | None:
    """Return the maintenance that is on at this moment, asked of the database. Raises DatabaseError."""
    return Maintenance.objects.first()


def current() -> Maintenance | None:
    """Return the maintenance that is on, as known for at most KNOWN_FOR seconds."""
    if time.monotonic() - _known[0].at > KNOWN_FOR:
        try:
            remember(latest(), time.monotonic())
        except DatabaseError:
            remember(_known[0].maintenance, time.monotonic())
    return _known[0].maintenance


def text(maintenance: Maintenance) -> str:
    """Return its own text in the language of the request, else in the other one, else nothing."""
    texts = {"pl": maintenance.text_pl, "en": maintenance.text_en}
    return texts.get(get_language() or "pl", "") or maintenance.text_pl or maintenance.text_en


def begin(text_pl: str = "", text_en: str = "") -> None:
    """Switch it on, or give it other words. Raises ValidationError for characters that nobody sees."""
    row = latest() or Maintenance()
    row.text_pl, row.text_en = text_pl.strip(), text_en.strip()
    row.clean_fields(exclude=["only"])
    row.save()
    forget()
    logger.warning("maintenance is on")


def end() -> None:
    """Switch it off."""
    Maintenance.objects.all().delete()
    forget()
    logger.warning("maintenance is off")


def remember(maintenance: Maintenance | None, at: float) -> None:
    """Have this process know of it since a moment of the monotonic clock."""
    _known[0] = _Known(maintenance, at)


def forget() -> None:
    """Forget what this process knows."""
    remember(None, float("-inf"))
