"""Rate limits: counters in Redis that end by themselves; the one way in which the portal counts what is done too often.

The names and limits of what a person does stand in the setting RATE_LIMITS. While Redis is away nothing is limited,
unless the caller decides otherwise: a portal without a counter is better than none.
"""

import logging
from hashlib import sha256

import redis
from django.conf import settings

from students.redis_client import client

logger = logging.getLogger(__name__)
PATIENCE = 0.5  # seconds; nobody's request hangs on a counter
_PREFIX = "limit:"


class TooManyRequests(Exception):
    """Something was done too often; `seconds` is the time to wait. The portal answers 429 with Retry-After."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


def count(name: str, window: int) -> tuple[int, int]:
    """Count one more of `name`, in one step; return how many there are, and in how many seconds they are forgotten.

    The window, in seconds, begins with the first. Raises redis.RedisError while Redis is away.
    """
    return count_all((name, window))[0]


def count_all(*windows: tuple[str, int]) -> list[tuple[int, int]]:
    """Count one more of each name, as `count` does, all in one step."""
    with client(PATIENCE).pipeline() as counting:
        for name, window in windows:
            counting.set(name, 0, nx=True, ex=window)
            counting.incr(name)
            counting.ttl(name)
        answers = counting.execute()
    pairs = zip(answers[1::3], answers[2::3], strict=True)
    return [(int(number), max(1, int(seconds))) for number, seconds in pairs]


def take_back(*windows: tuple[str, int]) -> None:
    """Count one less of each name, in one step. Raises redis.RedisError while Redis is away."""
    with client(PATIENCE).pipeline() as counting:
        for name, window in windows:
            # Its window may have ended meanwhile: what is made anew here has to end, too.
            counting.set(name, 0, nx=True, ex=window)
            counting.decr(name)
        counting.execute()


def limit(kind: str, who: object) -> None:
    """Count that `who`, an account's key or an address, does what RATE_LIMITS calls `kind`.

    Raises TooManyRequests beyond the limit. Redis holds a hash of `who` only.
    """
    most, window = settings.RATE_LIMITS[kind]
    name = f"{_PREFIX}{kind}:{sha256(str(who).encode()).hexdigest()[:32]}"
    try:
        number, seconds = count(name, window)
    except redis.RedisError:
        logger.warning("Redis is away: the limit of %s is not kept", kind)
        return
    if number > most:
        raise TooManyRequests(seconds)
