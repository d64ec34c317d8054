"""How often somebody may call, counted in Redis. While Redis is away everybody is let through."""

import time
from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from students.redis_client import client

_PATIENCE = 0.5  # seconds; a call must not hang on it
WINDOW = 60  # seconds
_PREFIX = "api:calls:"


class UserRateThrottle(BaseThrottle):
    """Counts the calls of one user, whatever tokens they come with, by the minute."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Say whether this call is still within the limit, and have the view tell how many are left."""
        limit = settings.API_CALLS_PER_MINUTE
        minute, into = divmod(time.time(), WINDOW)
        self.seconds = max(1, WINDOW - int(into))
        name = f"{_PREFIX}{request.user.pk}:{int(minute)}"
        try:
            with client(_PATIENCE).pipeline() as counting:
                counting.incr(name)
                counting.expire(name, 2 * WINDOW)
                calls = int(counting.execute()[0])
        except redis.RedisError:
            return True
        view.extra_headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - calls)),
            "RateLimit-Reset": str(self.seconds),
        }
        return calls <= limit

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return self.seconds
