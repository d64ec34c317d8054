"""Which servers we send to. A browser tells us the address, so anybody can tell us any."""

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings


def origin_of(endpoint: str) -> str:
    """Return the origin of the push service of an endpoint: "https://host", with the port where it is a special one.

    Raises ValueError for what is no address of one of PUSH_SERVICES, so that nobody makes the portal call a server of
    their choice.
    """
    parts = urlsplit(endpoint)
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("no address of a push service")
    port = f":{parts.port}" if parts.port is not None else ""  # ValueError for what is no number
    origin = f"{parts.scheme}://{parts.hostname}{port}"
    if not any(fnmatchcase(origin, allowed) for allowed in settings.PUSH_SERVICES):
        raise ValueError("no push service that we know")
    return origin
