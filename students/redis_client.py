"""Redis client for nonces and counters, which all expire by themselves."""

from functools import lru_cache

import redis
from django.conf import settings


def client(patience: float) -> redis.Redis:
    """Return this process's client with a timeout of `patience` seconds, so that no request hangs on it.

    Raises nothing itself; its commands raise `redis.RedisError` when Redis is away.
    """
    return _client(settings.REDIS_URL, patience)


@lru_cache(maxsize=4)
def _client(url: str, patience: float) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience)
