"""Push services that are sent to: an endpoint comes from the browser, so it may name any server."""

import re
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings

# Host names as in RFC 1123, and IPv4 addresses: libraries disagree about everything else, and in an IPv6
# address "[::1%x.push.example]" the name of an interface could pass for that of a push service.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_HOST = 200


def origin_of(endpoint: str) -> str:
    """Return the origin of an endpoint: "https://host", with the port if it has one.

    Raises ValueError if it is not in PUSH_SERVICES, against server-side request forgery.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("no address of a push service")
    port = f":{parts.port}" if parts.port is not None else ""  # ValueError if not a number
    origin = f"{parts.scheme}://{host}{port}"
    if not any(fnmatchcase(origin, allowed) for allowed in settings.PUSH_SERVICES):
        raise ValueError("no push service that we know")
    return origin
