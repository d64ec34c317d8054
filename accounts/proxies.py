"""Proxy in front that PROXIES does not count: then everybody has its address, and shares one limit of attempts.

Guessed from what arrives while PROXIES is 0: a forwarded address, from a neighbour that could be our own proxy; or,
where the proxy forwards none, the sign-ins of a day, when so many accounts come from one address of a neighbour. The
latter in production only: who tries the portal out has one address.
"""

import logging
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from students.models import User
from students.rate_limits import PATIENCE
from students.redis_client import client

logger = logging.getLogger(__name__)
_SEEN = "accounts.proxies.seen"
_REMEMBERED = 24 * 60 * 60  # seconds
_MANY = 20  # accounts


class Sign(StrEnum):
    """Sign of a proxy that PROXIES does not count; the status of its alarm."""

    FORWARDED = "proxy not counted"
    ONE_ADDRESS = "one address"


_SAID = {
    Sign.FORWARDED: "PROXIES is 0, and a sign-in came from a private address with X-Forwarded-For: "
    "if that is a proxy of yours, set PROXIES to how many there are",
    Sign.ONE_ADDRESS: f"PROXIES is 0, and {_MANY} accounts or more signed in on one day, all from one private address: "
    "if that is a proxy of yours, have it send X-Forwarded-For, and set PROXIES to how many there are",
}


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Look at a sign-in; tell ADMINS, once a day, what looks like a proxy that is not counted."""
    if settings.PROXIES:
        return
    peer = request.META.get("REMOTE_ADDR", "")
    is_shared = settings.PRODUCTION and _is_address_of_all(peer, user)  # public ones are counted too
    if not _is_neighbour(peer) or not (is_shared or "X-Forwarded-For" in request.headers):
        return
    sign = Sign.FORWARDED if "X-Forwarded-For" in request.headers else Sign.ONE_ADDRESS
    if cache.add(_SEEN, sign.value, _REMEMBERED):
        logger.critical(
            "%s (docs/deployment.md): behind a proxy that is not counted everybody shares one limit of attempts",
            _SAID[sign],
        )


def seen() -> Sign | None:
    """Return what looks like a proxy that is not counted, if anything has within a day."""
    sign = None if settings.PROXIES else cache.get(_SEEN)
    return Sign(sign) if sign else None


def health() -> str:
    """Return "ok", or what was seen and what to set."""
    return _SAID[sign] if (sign := seen()) else "ok"


def _is_neighbour(peer: str) -> bool:
    """Return whether an address is of this machine or network, or a socket: where a proxy of ours would be."""
    try:
        return not peer or ip_address(peer).is_private
    except ValueError:
        return True


def _is_address_of_all(peer: str, user: User) -> bool:
    """Count a sign-in; return whether those of the day are of many accounts, and of one address."""
    day = timezone.localdate()
    counted = {f"sign-in:addresses:{day}": peer, f"sign-in:accounts:{day}": str(user.pk)}
    with suppress(redis.RedisError), client(PATIENCE).pipeline() as counting:
        for key, value in counted.items():
            counting.pfadd(key, sha256(value.encode()).digest())
            counting.expire(key, _REMEMBERED)
            counting.pfcount(key)
        of_addresses, of_accounts = counting.execute()[2::3]
        return bool(of_addresses == 1 and of_accounts >= _MANY)
    return False
