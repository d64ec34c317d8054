"""Rate limit of methods whose every call stores a row."""

import redis
from auditlog.context import auditlog_value
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from students.redis_client import client
from usos_api.errors import TooManyCalls, Unavailable
from usos_api.methods import Caller, Method
from usos_api.oauth.nonces import PATIENCE

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
            with client(PATIENCE).pipeline() as counting:
                counting.set(name, 0, nx=True, ex=_WINDOW)
                counting.incr(name)
                counting.ttl(name)
                _begun, calls, seconds = counting.execute()
        except redis.RedisError:
            raise Unavailable from None
        if calls > method.bursts:
            raise TooManyCalls(max(seconds, 1))
        return True
