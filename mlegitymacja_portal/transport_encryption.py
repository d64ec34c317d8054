"""Transport to the portal's own services: whatever is on another machine is to be reached over TLS."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning

# What libpq accepts that refuses a connection without TLS (PostgreSQL, "SSL Support").
_ENCRYPTED_BY_POSTGRESQL = {"require", "verify-ca", "verify-full"}


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def unencrypted() -> Iterator[CheckMessage]:
    """Yield a warning for each service on another machine that is reached without TLS."""
    database = settings.DATABASES["default"]
    mode = str(database.get("OPTIONS", {}).get("sslmode", ""))
    if _is_elsewhere(str(database.get("HOST", ""))) and mode not in _ENCRYPTED_BY_POSTGRESQL:
        yield _warning(
            "005",
            "DATABASE_URL leads to another machine without TLS: whatever is stored would travel in the open.",
            "Add ?sslmode=verify-full to it, and &sslrootcert= with the file of the CA.",
        )
    redis = urlsplit(settings.REDIS_URL)
    if redis.scheme == "redis" and _is_elsewhere(redis.hostname or ""):
        yield _warning(
            "006",
            "REDIS_URL leads to another machine without TLS: tasks and counters could be read and forged.",
            "Use rediss://, or a Redis on this machine.",
        )
    encrypted_mail = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if "smtp" in settings.EMAIL_BACKEND and _is_elsewhere(settings.EMAIL_HOST) and not encrypted_mail:
        yield _warning(
            "007",
            "EMAIL_URL leads to a mail server on another machine without TLS: messages and the password of the account "
            "would travel in the open.",
            "Add ?tls=True (port 587) or ?ssl=True (port 465) to it.",
        )
    bucket = urlsplit(settings.S3_ENDPOINT)
    if bucket.scheme == "http" and _is_elsewhere(bucket.hostname or ""):
        yield _warning(
            "009",
            "S3_ENDPOINT leads to another machine without TLS: photos would travel in the open.",
            "Use https://.",
        )


def _is_elsewhere(host: str) -> bool:
    """Return whether a host is another machine; a path is a socket, and an empty name one of this machine."""
    return bool(host) and not host.startswith("/") and not is_loopback(host)


def _warning(number: str, message: str, hint: str) -> CheckMessage:
    return Warning(message, hint=hint, id=f"mlegitymacja.W{number}")
