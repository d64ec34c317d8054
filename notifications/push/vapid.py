"""VAPID (RFC 8292): the signature that identifies the portal to push services and browsers."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

_LIFETIME = timedelta(hours=12)  # RFC 8292, 2: at most 24 hours
_RENEWED_EVERY = timedelta(hours=1)


def is_on() -> bool:
    """Return True if push is enabled: PUSH_KEY is set."""
    return bool(settings.PUSH_KEY)


def public_key() -> str:
    """Return the public key for browsers, in URL-safe base64; "" without PUSH_KEY.

    Raises ValueError if PUSH_KEY is invalid.
    """
    if not is_on():
        return ""
    key = _vapid(settings.PUSH_KEY).public_key
    encoded: str = b64urlencode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return encoded


def authorization(origin: str, now: datetime) -> str:
    """Return the `Authorization` header for a push service; a signature is reused for an hour."""
    seconds = int(_RENEWED_EVERY.total_seconds())
    return _sign(settings.PUSH_KEY, origin, int(now.timestamp()) // seconds * seconds)


@lru_cache(maxsize=64)
def _sign(key: str, origin: str, since: int) -> str:
    # Contact for the operator of a push service. RFC 8292, 2.1: an https or mailto URI.
    is_public = settings.PORTAL_URL.startswith("https://")
    contact = settings.PORTAL_URL if is_public else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    claims = {"sub": contact, "aud": origin, "exp": since + int(_LIFETIME.total_seconds())}
    header: str = _vapid(key).sign(claims)["Authorization"]
    return header


@lru_cache(maxsize=2)
def _vapid(key: str) -> Vapid02:
    if not key.isascii() or len(key) != 43:  # 32 bytes
        raise ValueError("PUSH_KEY is not 32 bytes in URL-safe base64")
    return Vapid02.from_raw(key.encode())
