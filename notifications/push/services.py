"""Which servers we send to. A browser tells us the address, so anybody can tell us any."""

import re
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings

# Names of hosts as RFC 1123 has them, and IPv4 addresses: libraries disagree about everything else, and in an IPv6
# address "[::1%x.push.example]" the name of an interface could pass for that of a push service.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_HOST = 200


def origin_of(endpoint: str) -> str:
    """Return the origin of the push service of an endpoint: "https://host", with the port where it is a special one.

    Raises ValueError for what is no address of one of PUSH_SERVICES, so that nobody makes the portal call a server of
    their choice.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("no address of a push service")
    port = f":{parts.port}" if parts.port is not None else ""  # ValueError for what is no number
    origin = f"{parts.scheme}://{host}{port}"
    if not any(fnmatchcase(origin, allowed) for allowed in settings.PUSH_SERVICES):
        raise ValueError("no push service that we know")
    return origin
