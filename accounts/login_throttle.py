"""Login throttle: counts failed logins in Redis, so that passwords cannot be guessed quickly.

Failures are counted by account and address together, so that a stranger's guesses lock out the stranger only. The
account is stored as a hash. While Redis is away nobody is locked out: a portal without a counter is better than none.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.client_address import address_of
from students.redis_client import client

logger = logging.getLogger(__name__)
_PATIENCE = 0.5  # seconds

View = Callable[..., HttpResponseBase]


class TooManyAttempts(Exception):
    """Too many failed logins; `seconds` is the time to wait. The portal answers 429."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


def connect() -> None:
    """Connect the signals that count failed logins of every login form; called once, when the apps are ready."""
    user_login_failed.connect(_failed, dispatch_uid="attempts.failed")
    user_logged_in.connect(_succeeded, dispatch_uid="attempts.succeeded")


def limited(view: View) -> View:
    """Decorate a login view to raise TooManyAttempts (429) after too many failed logins."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and (seconds := pause(request.POST.get("username", ""), request)):
            raise TooManyAttempts(seconds)
        return view(request, *args, **kwargs)

    return guarded


def pause(username: str, request: HttpRequest) -> int:
    """Return the seconds for which this account accepts no logins from the request's address; mostly 0."""
    with suppress(redis.RedisError):
        store, key = client(_PATIENCE), _key(username, request)
        if int(store.get(key) or 0) >= settings.SIGN_IN_ATTEMPTS:
            return max(1, int(store.ttl(key)))
    return 0


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is None:
        return
    key = _key(credentials.get("username") or "", request)
    try:
        with client(_PATIENCE).pipeline() as both:
            both.incr(key)
            both.expire(key, settings.SIGN_IN_PAUSE)
            both.execute()
    except redis.RedisError:
        logger.warning("Redis is away: failed attempts to sign in are not counted")


def _succeeded(user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is not None:
        with suppress(redis.RedisError):
            client(_PATIENCE).delete(_key(user.get_username(), request))


def _key(username: str, request: HttpRequest) -> str:
    who = f"{username.strip().casefold()}\n{address_of(request)}"
    return f"sign-in:{sha256(who.encode()).hexdigest()}"
