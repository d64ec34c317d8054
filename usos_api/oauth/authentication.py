"""Authentication of signed requests; each check takes the same way, whatever is wrong."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from students.models import User
from students.prepared import Given, PreparedQuery
from usos_api import texts
from usos_api.errors import NotAuthentic
from usos_api.keys import hash_of_key
from usos_api.methods import Caller, Method, Need
from usos_api.models import MOST_GUESSES, AccessToken, Consumer, RequestToken
from usos_api.oauth import nonces
from usos_api.oauth.parameters import Parameters
from usos_api.oauth.signatures import HMAC_SHA1, is_signed

# The second is no version of RFC 5849, but a much used library's README says to set it.
_VERSIONS = ("", "1.0", "1.0A")
_NEEDED = ("oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
# What an unknown consumer's signature is compared with, so that it takes the same way.
_NOBODYS_SECRET = "0" * 40
_USE_NOTED_EVERY = timedelta(hours=1)
# One answer for all three, so that it does not reveal which keys exist.
_WRONG = "Unknown consumer key or token, or wrong signature."


class OAuth(BaseAuthentication):
    """Authenticate a call of a method; a browser's session is ignored."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, Caller]:
        """Return the user in whose name the call is made, and the caller. Raises NotAuthentic."""
        view: Any = request.parser_context["view"] if request.parser_context else None
        caller = identify(view.parameters, view.method)
        user = caller.token.user if caller.token else None
        return user or AnonymousUser(), caller


def identify(parameters: Parameters, method: Method) -> Caller:
    """Return the caller of a signed request. Raises NotAuthentic for an invalid signature, consumer or token."""
    if method.consumer is Need.IGNORED or not parameters.get("oauth_consumer_key"):
        return Caller()
    _check_form(parameters)
    nonces.check_timestamp(parameters)
    consumer, token = _look_up(parameters, method.token_model)
    token_missing = bool(parameters.get("oauth_token")) and token is None
    signed = is_signed(
        parameters,
        consumer.secret if consumer else _NOBODYS_SECRET,
        token.secret if token else "",
    )
    if not signed or consumer is None or token_missing:
        raise NotAuthentic(_WRONG)
    # From here on the caller has proved to know the secrets, and errors may be precise.
    nonces.use_once(parameters)
    _check_state(consumer, token, timezone.now())
    return Caller(consumer, token)


def _check_form(parameters: Parameters) -> None:
    for name in _NEEDED:
        if not parameters.get(name):
            raise NotAuthentic(f"OAuth parameter {name} is missing.")
    if parameters.get("oauth_signature_method") != HMAC_SHA1:
        raise NotAuthentic(f"oauth_signature_method has to be {HMAC_SHA1}.")
    if parameters.get("oauth_version").upper() not in _VERSIONS:
        raise NotAuthentic("oauth_version has to be 1.0.")


def _look_up(
    parameters: Parameters, model: type[AccessToken] | type[RequestToken]
) -> tuple[Consumer | None, AccessToken | RequestToken | None]:
    """Return the consumer and the token: one query where both are known and belong together."""
    key, token_key = parameters.get("oauth_consumer_key"), parameters.get("oauth_token")
    token: AccessToken | RequestToken | None = None
    if token_key:
        token = _by_key(model).first(key_hash=hash_of_key(token_key))
    if token is not None and token.consumer.key == key:
        return token.consumer, token
    known = key.isascii() and key.isalnum()  # a NUL, say, is nothing that the database could be asked for
    return (Consumer.objects.filter(key=key).first() if known else None), token


@cache
def _by_key(model: type[AccessToken] | type[RequestToken]) -> PreparedQuery[Any]:
    tokens = model._default_manager.select_related("consumer", "user")
    return PreparedQuery(tokens.filter(key_hash=Given("key_hash", CharField())))


def _check_state(consumer: Consumer, token: AccessToken | RequestToken | None, now: datetime) -> None:
    if not consumer.is_active:
        raise NotAuthentic("The consumer is not active.", person=texts.NOT_AUTHENTIC)
    if token is None:
        return
    if token.consumer_id != consumer.pk:
        raise NotAuthentic("The token was given to another consumer.")
    if token.user is not None and not token.user.is_active:
        raise NotAuthentic("The user's account is not active.")
    if token.expires_at is not None and token.expires_at <= now:
        raise NotAuthentic("Token expired.", person=texts.TOKEN_OVER)
    if isinstance(token, RequestToken):
        _check_request_token(token)
        return
    if token.revoked_at is not None:
        raise NotAuthentic("Token revoked.", person=texts.TOKEN_OVER)
    _note_use(token, now)


def _check_request_token(token: RequestToken) -> None:
    """Say why a request token cannot be exchanged yet, or any more; one that was used, `exchange` refuses."""
    if token.guesses >= MOST_GUESSES:
        raise NotAuthentic(
            "Too many wrong verifiers: ask for another request token.", person=texts.TOKEN_OVER
        )
    if token.user is None:
        raise NotAuthentic("The user has not authorised the request token.")


def _note_use(token: AccessToken, now: datetime) -> None:
    """Store the token's time of use, which the user sees: to the hour, so that it costs a query an hour."""
    if token.last_used_at is None or token.last_used_at <= now - _USE_NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
