"""Proxy in front that PROXIES does not count: then everybody has its address, and shares one limit of attempts.

Found out from what arrives while PROXIES is 0: a forwarded address, from a neighbour that could be our own proxy; or,
where the proxy forwards none, the sign-ins of a day, when so many accounts come from one address of a neighbour. The
latter in production only: who tries the portal out has one address.
"""

import logging
from contextlib import suppress
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
_SEEN = "accounts.proxies.uncounted"
_REMEMBERED = 24 * 60 * 60  # seconds
_MANY = 20  # accounts
WHAT_TO_DO = "PROXIES is 0, but requests come through a proxy: set PROXIES to how many there are"


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Look at a sign-in; tell ADMINS, once a day, that a proxy is not counted."""
    if settings.PROXIES:
        return
    peer = request.META.get("REMOTE_ADDR", "")
    is_shared = settings.PRODUCTION and _is_address_of_all(peer, user)  # public ones are counted too
    if not _is_neighbour(peer) or not (is_shared or "X-Forwarded-For" in request.headers):
        return
    if cache.add(_SEEN, True, _REMEMBERED):
        logger.critical(
            "%s (docs/deployment.md): until then everybody shares one limit of attempts", WHAT_TO_DO
        )


def health() -> str:
    """Return "ok", or what to set."""
    return WHAT_TO_DO if not settings.PROXIES and cache.get(_SEEN) else "ok"


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
