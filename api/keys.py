"""Personal access tokens: how they are made, and what of them is stored."""

import hashlib
import secrets

# A recognisable beginning, so that scanners for leaked secrets find one that was published by mistake.
MARK = "mleg_"
_RANDOM_BYTES = 32
SHOWN = len(MARK) + 6  # characters by which its user recognises a token


def new_token() -> str:
    """Make a token: the mark and 256 random bits."""
    return MARK + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(token: str) -> str:
    """Return what is stored of a token. It is random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
