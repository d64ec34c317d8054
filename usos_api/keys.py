"""Keys, secrets and verifiers: creation and stored hashes."""

import hashlib
import secrets

from oauthlib.common import UNICODE_ASCII_CHARACTER_SET, generate_token

from students.encryption import blind_index

KEY_LENGTH, SECRET_LENGTH = 20, 40  # letters and digits: some 119 and 238 bits
_LOWEST, _HIGHEST = 10_000_000, 99_999_999  # eight digits, the first not 0; fits a positive 32-bit integer


def new_key() -> str:
    """Return a new key of a consumer or of a token."""
    return str(generate_token(KEY_LENGTH, UNICODE_ASCII_CHARACTER_SET))


def new_secret() -> str:
    """Return a new secret."""
    return str(generate_token(SECRET_LENGTH, UNICODE_ASCII_CHARACTER_SET))


def new_verifier() -> str:
    """Return a new verifier, which a person may have to type (docs/reference/usos-api.md, Callbacks)."""
    return str(_LOWEST + secrets.randbelow(_HIGHEST - _LOWEST + 1))


def hash_of_key(key: str) -> str:
    """Return the stored hash of a token's key. Keys are random enough that a plain hash cannot be inverted."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def hash_of_verifier(verifier: str, token_id: int) -> str:
    """Return the stored hash of a verifier: an HMAC, since eight digits are soon all tried."""
    return blind_index(f"{token_id}:{verifier}", purpose="oauth_verifier")
