"""Client address of a request, as far as our own proxies (setting PROXIES) state it."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """Return the client address of a request; None where it is no valid address."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    hops.append(request.META.get("REMOTE_ADDR", ""))
    hop = hops[max(-1 - settings.PROXIES, -len(hops))]
    address = hop.partition("%")[0]  # an IPv6 address may have a scope, which the column has no room for
    try:
        return str(ip_address(address))
    except ValueError:
        return None
