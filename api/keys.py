"""Keys of personal access tokens: creation and stored hash."""

import hashlib
import secrets

# A recognisable beginning, so that scanners for leaked secrets find one that was published by mistake.
MARK = "mleg_"
_RANDOM_BYTES = 32
SHOWN = len(MARK) + 6  # characters by which its user recognises a token


def new_token() -> str:
    """Return a new token: a prefix and 256 random bits."""
    return MARK + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(token: str) -> str:
    """Return the stored hash of a token. The token is random enough that a plain hash cannot be inverted."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
