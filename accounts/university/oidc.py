"""OpenID Connect: authorization code with PKCE, discovery, signed tokens, back-channel logout.

Authlib finds the server's addresses and keys, and checks state, nonce, PKCE and the ID token's signature, issuer,
audience and times. Nothing of it is stored but the hashes that single logout needs.
"""

import logging
import time
from functools import lru_cache
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts.university.identity import Identity, SignInFailed, SignInUnavailable, as_values

logger = logging.getLogger(__name__)
_TIMEOUT = 10  # seconds
_NAME = "university"
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LEEWAY = 120  # seconds between the clocks
_LONGEST_LOGOUT_LIFE = 10 * 60  # seconds
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def login_url(request: HttpRequest, back: str, *, renew: bool) -> str:
    """Return where to send somebody to sign in; `renew` asks for the password even in a session of the university.

    State, nonce and PKCE verifier are kept in the session. Raises SignInUnavailable.
    """
    again = {"prompt": "login", "max_age": 0} if renew else {}
    try:
        response = _client().authorize_redirect(request, back, **again)
    except (requests.RequestException, AuthlibBaseError, ValueError, KeyError, RuntimeError) as error:
        raise SignInUnavailable(type(error).__name__) from None
    return str(response.url)


def identity_of(request: HttpRequest, *, renew: bool) -> Identity:
    """Exchange the code that came back. Raises SignInFailed, and SignInUnavailable where the server does not answer."""
    try:
        token = _client().authorize_access_token(request)
    except requests.RequestException as error:
        raise SignInUnavailable(type(error).__name__) from None
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SignInFailed(type(error).__name__) from None
    claims = token.get("userinfo")
    if not claims:
        raise SignInFailed("no ID token")
    if (
        renew
        and time.time() - float(claims.get("auth_time") or 0) > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    ):
        raise SignInFailed("the password was not asked for again")
    details = dict(claims)
    if settings.OIDC_USERINFO:
        details |= _userinfo(token, str(claims["sub"]))
    return Identity(
        name=str(claims["sub"]),
        attributes={key: as_values(value) for key, value in details.items()},
        session=f"oidc:{claims['sid']}" if claims.get("sid") else "",
        subject=f"oidc:{claims['sub']}",
    )


def logout_url(back: str) -> str:
    """Return where the session of the university is ended; empty where the server has no such address."""
    try:
        return str(_client().create_logout_url(back, client_id=settings.OIDC_CLIENT_ID)["url"])
    except (requests.RequestException, AuthlibBaseError, ValueError, KeyError, RuntimeError):
        return ""


def ended_session(logout_token: str) -> tuple[str, str]:
    """Return the session and the subject that a logout token names (OpenID Connect Back-Channel Logout 1.0, 2.6).

    Raises SignInFailed for a token that is not the server's, not ours, too old, or no logout token.
    """
    client = _client()
    try:
        issuer = client.load_server_metadata()["issuer"]
        keys = KeySet.import_key_set(client.fetch_jwk_set(force=True))
        claims = jwt.decode(logout_token, keys, algorithms=_ALGORITHMS).claims
    except requests.RequestException as error:
        raise SignInUnavailable(type(error).__name__) from None
    except (JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SignInFailed(type(error).__name__) from None
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    now, issued = time.time(), claims.get("iat")
    is_valid = (
        claims.get("iss") == issuer
        and settings.OIDC_CLIENT_ID in audiences
        and isinstance(issued, int | float)
        and now - _LONGEST_LOGOUT_LIFE - _LEEWAY < issued < now + _LEEWAY
        and float(claims.get("exp") or now) > now - _LEEWAY
        and isinstance(claims.get("events"), dict)
        and _LOGOUT_EVENT in claims["events"]
        and "nonce" not in claims
        and (claims.get("sid") or claims.get("sub"))
    )
    if not is_valid:
        raise SignInFailed("not a logout token of this server for this portal")
    session, subject = claims.get("sid"), claims.get("sub")
    return f"oidc:{session}" if session else "", f"oidc:{subject}" if subject else ""


def _userinfo(token: Any, subject: str) -> dict[str, Any]:
    try:
        details = dict(_client().userinfo(token=token))
    except requests.RequestException as error:
        raise SignInUnavailable(type(error).__name__) from None
    if details.get("sub") != subject:  # OpenID Connect Core 5.3.2
        raise SignInFailed("the user info is somebody else's")
    return details


def _client() -> Any:
    return _registered(
        settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_SCOPES
    )


@lru_cache(maxsize=4)
def _registered(issuer: str, client_id: str, secret: str, scopes: str) -> Any:
    return OAuth().register(
        _NAME,
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": scopes, "code_challenge_method": "S256", "default_timeout": _TIMEOUT},
    )
