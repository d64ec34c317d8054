"""The Redis in which nonces and counters are kept; both expire by themselves."""

from functools import lru_cache

import redis
from django.conf import settings

_PATIENCE = 1.0  # seconds; a call must not hang on it


def client() -> redis.Redis:
    """Return this process's client. Raises nothing: what it is asked raises `redis.RedisError` when Redis is away."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
