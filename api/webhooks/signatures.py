"""Secrets and signatures of Standard Webhooks (https://www.standardwebhooks.com, specification 1.0.0)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """Return a new secret for signing messages: `whsec_` and random bytes in base64."""
    return as_secret(secrets.token_bytes(_BYTES))


def as_secret(key: bytes) -> str:
    """Return the secret, as it is handed over, that stands for these bytes."""
    return PREFIX + base64.b64encode(key).decode()


def signature(secrets_: Iterable[str], message_id: str, timestamp: str, body: bytes) -> str:
    """Return the `webhook-signature` header: `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`.

    With several secrets there are several signatures with spaces between them, of which a receiver accepts any.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets_)


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
