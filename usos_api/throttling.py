"""Rate limits of calls: of all of them, and stricter ones of methods whose every call stores a row."""

import redis
from auditlog.context import auditlog_value
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from students import rate_limits
from usos_api.errors import TooManyCalls, Unavailable
from usos_api.methods import Caller, Method

_WINDOW = 60  # seconds
_PREFIX = "usos_api:calls:"


class Bursts(BaseThrottle):
    """Count the calls of a consumer from one address, for methods with a limit."""

    def allow_request(self, request: Request, view: object) -> bool:
        """Return True; raise TooManyCalls over the limit, and Unavailable while calls cannot be counted."""
        method: Method = view.method  # type: ignore[attr-defined]  # of a MethodView
        caller: object = request.auth
        if not method.bursts or not isinstance(caller, Caller) or caller.consumer is None:
            return True
        name = f"{_PREFIX}{method.name}:{caller.consumer.pk}:{auditlog_value.get({}).get('remote_addr')}"
        try:
            calls, seconds = rate_limits.count(name, _WINDOW)
        except redis.RedisError:
            raise Unavailable from None
        if calls > method.bursts:
            raise TooManyCalls(seconds)
        return True


class Calls(BaseThrottle):
    """Count the calls in a user's name; those without one by their consumer, if any, and address."""

    def allow_request(self, request: Request, view: object) -> bool:
        """Return True; raise TooManyCalls over the limit."""
        caller: object = request.auth
        consumer = caller.consumer if isinstance(caller, Caller) else None
        token = caller.token if isinstance(caller, Caller) else None
        if token is not None and token.user_id is not None:
            who = f"{token.user_id}\n{consumer.pk if consumer else ''}"
        else:
            who = f"{consumer.pk if consumer else ''}\n{auditlog_value.get({}).get('remote_addr')}"
        try:
            rate_limits.limit("services", who)
        except rate_limits.TooManyRequests as refused:
            raise TooManyCalls(refused.seconds) from None
        return True
