"""Our signature (VAPID, RFC 8292), by which push services and browsers know who sends."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

_LASTS = timedelta(hours=12)  # a push service takes no signature that lasts for more than 24 hours
_MADE_ANEW = timedelta(hours=1)


def is_on() -> bool:
    """Tell whether this installation sends messages to phones: it has a key to sign them with."""
    return bool(settings.PUSH_KEY)


def public_key() -> str:
    """Return the key that a browser has to be given, in URL-safe base64, "" where there is none.

    Raises ValueError if PUSH_KEY is no key.
    """
    if not is_on():
        return ""
    key = _vapid(settings.PUSH_KEY).public_key
    encoded: str = b64urlencode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return encoded


def authorization(origin: str, now: datetime) -> str:
    """Return the `Authorization` header for a push service; one signature serves for an hour."""
    seconds = int(_MADE_ANEW.total_seconds())
    return _sign(settings.PUSH_KEY, origin, int(now.timestamp()) // seconds * seconds)


@lru_cache(maxsize=64)
def _sign(key: str, origin: str, since: int) -> str:
    # Where a push service turns when something is wrong with what we send: RFC 8292 knows https and mailto only.
    is_public = settings.PORTAL_URL.startswith("https://")
    contact = settings.PORTAL_URL if is_public else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    claims = {"sub": contact, "aud": origin, "exp": since + int(_LASTS.total_seconds())}
    header: str = _vapid(key).sign(claims)["Authorization"]
    return header


@lru_cache(maxsize=2)
def _vapid(key: str) -> Vapid02:
    if not key.isascii() or len(key) != 43:  # 32 bytes
        raise ValueError("PUSH_KEY is not 32 bytes in URL-safe base64")
    return Vapid02.from_raw(key.encode())
