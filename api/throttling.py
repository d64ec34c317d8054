"""Rate limit of calls, counted in Redis. While Redis is away there is no limit."""

from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from students import rate_limits

WINDOW = 60  # seconds
_PREFIX = "api:calls:"
POLICY = "user"


class UserRateThrottle(BaseThrottle):
    """Count the calls of a user over all their tokens, in minutes that begin with a call."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether this call is within the limit, and set the view's RateLimit headers."""
        limit = settings.API_CALLS_PER_MINUTE
        try:
            calls, self.seconds = rate_limits.count(f"{_PREFIX}{request.user.pk}", WINDOW)
        except redis.RedisError:
            return True
        view.extra_headers = _headers(limit, max(0, limit - calls), self.seconds)
        return calls <= limit

    def wait(self) -> float:
        """Return the seconds until calls are counted anew."""
        return self.seconds


def _headers(limit: int, left: int, seconds: int) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers-10, and those of its earlier versions."""
    return {
        "RateLimit-Policy": f'"{POLICY}";q={limit};w={WINDOW}',
        "RateLimit": f'"{POLICY}";r={left};t={seconds}',
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(seconds),
    }
