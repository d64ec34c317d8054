"""Proxy in front that PROXIES does not count: then everybody has its address, and shares one limit of attempts.

Found out from what arrives: a forwarded address, from a neighbour that could be our own proxy, while PROXIES is 0.
"""

import logging
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)
_SEEN = "accounts.proxies.uncounted"
_REMEMBERED = 24 * 60 * 60  # seconds
WHAT_TO_DO = "PROXIES is 0, but requests come through a proxy: set PROXIES to how many there are"


def note(request: HttpRequest) -> None:
    """Look at a sign-in; tell ADMINS, once a day, that a proxy is not counted."""
    if settings.PROXIES or "X-Forwarded-For" not in request.headers or not _is_neighbour(request):
        return
    if cache.add(_SEEN, True, _REMEMBERED):
        logger.critical(
            "%s (docs/deployment.md): until then everybody shares one limit of attempts", WHAT_TO_DO
        )


def health() -> str:
    """Return "ok", or what to set."""
    return WHAT_TO_DO if not settings.PROXIES and cache.get(_SEEN) else "ok"


def _is_neighbour(request: HttpRequest) -> bool:
    """Return whether the request comes from this machine or network, or a socket: where a proxy of ours would be."""
    peer = request.META.get("REMOTE_ADDR", "")
    try:
        return not peer or ip_address(peer).is_private
    except ValueError:
        return True
