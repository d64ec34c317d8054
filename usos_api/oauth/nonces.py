"""Nonces: each signed call is accepted once, for as long as its timestamp is valid."""

import hashlib
import re
import time

import redis

from students.redis_client import client
from usos_api import texts
from usos_api.errors import NotAuthentic, Unavailable
from usos_api.oauth.parameters import Parameters

OLDEST = 10 * 60  # seconds (docs/reference/usos-api.md, Lifetimes)
PATIENCE = 1.0  # seconds; a call must not hang on Redis
EARLIEST = 5 * 60  # seconds that a phone's clock may be ahead
_PREFIX = "usos_api:nonce:"
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def check_timestamp(parameters: Parameters) -> None:
    """Raise NotAuthentic for a timestamp that is too old, or in the future."""
    given = parameters.get("oauth_timestamp")
    if not _SECONDS.fullmatch(given):
        raise NotAuthentic("oauth_timestamp is not a number of seconds.")
    age = time.time() - int(given)
    if age > OLDEST:
        raise NotAuthentic("oauth_timestamp is too old. Is the clock right?", person=texts.WRONG_CLOCK)
    if age < -EARLIEST:
        raise NotAuthentic("oauth_timestamp is in the future. Is the clock right?", person=texts.WRONG_CLOCK)


def use_once(parameters: Parameters) -> None:
    """Store the nonce of a call whose signature is good.

    Raises NotAuthentic where it was used before, and Unavailable while Redis is away: a replay is never accepted.
    """
    names = ("oauth_consumer_key", "oauth_token", "oauth_timestamp", "oauth_nonce")
    key = "\0".join(parameters.get(name) for name in names)
    name = _PREFIX + hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
    try:
        is_new = client(PATIENCE).set(name, 1, nx=True, ex=OLDEST + EARLIEST + 60)
    except redis.RedisError:
        raise Unavailable from None
    if not is_new:
        raise NotAuthentic("Nonce already used", person=texts.TRY_AGAIN)
