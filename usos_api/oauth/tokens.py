"""Token life cycle: request, authorise, exchange, revoke. The only code that creates and changes tokens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare

from students.models import User
from usos_api.keys import hash_of_key, hash_of_verifier, new_key, new_secret, new_verifier
from usos_api.models import (
    ACCESS_TOKEN_LIFE,
    REQUEST_TOKEN_LIFE,
    AccessToken,
    Consent,
    Consumer,
    RequestToken,
)
from usos_api.scopes import OFFLINE


class WrongVerifier(Exception):
    """The verifier is not the one that the user was given."""


class RequestTokenClosed(Exception):
    """The request token was used, has expired, or belongs to another user by now."""


@dataclass(frozen=True)
class TokenCredentials:
    """A key with its secret, as the client gets them, once."""

    key: str
    secret: str


def create_request_token(
    consumer: Consumer, scopes: Iterable[str], callback: str, at: datetime
) -> TokenCredentials:
    """Create a request token for these scopes and the address `callback`."""
    pair = TokenCredentials(new_key(), new_secret())
    RequestToken.objects.create(
        key_hash=hash_of_key(pair.key),
        secret=pair.secret,
        consumer=consumer,
        scopes=sorted(set(scopes)),
        callback=callback,
        created_at=at,
        expires_at=at + REQUEST_TOKEN_LIFE,
    )
    return pair


def find_request_token(key: str, at: datetime) -> RequestToken | None:
    """Return the request token of this key while it can be answered."""
    open_tokens = RequestToken.objects.open_at(at).select_related("consumer")
    return open_tokens.filter(key_hash=hash_of_key(key), consumer__is_active=True).first()


def has_consented(request_token: RequestToken, user: User) -> bool:
    """Return whether the user has consented to all of its scopes, for this consumer."""
    consent = Consent.objects.of_user(user).filter(consumer=request_token.consumer_id).first()
    return consent is not None and set(request_token.scopes) <= set(consent.scopes)


def authorise(request_token: RequestToken, user: User, at: datetime) -> str:
    """Authorise a request token, and return the verifier that the consumer exchanges.

    A second call, as of a double click, replaces the verifier. Raises RequestTokenClosed.
    """
    verifier = new_verifier()
    with transaction.atomic():
        mine = Q(user__isnull=True) | Q(user=user)
        open_still = RequestToken.objects.open_at(at).filter(mine, pk=request_token.pk)
        if not open_still.update(user=user, verifier_hash=hash_of_verifier(verifier, request_token.pk)):
            raise RequestTokenClosed
        _remember(request_token, user, at)
    return verifier


def _remember(request_token: RequestToken, user: User, at: datetime) -> None:
    consent, _made = Consent.objects.get_or_create(
        user=user, consumer=request_token.consumer, defaults={"scopes": request_token.scopes, "given_at": at}
    )
    together = sorted(set(consent.scopes) | set(request_token.scopes))
    if together != consent.scopes:
        consent.scopes, consent.given_at = together, at
        consent.save(update_fields=["scopes", "given_at"])


def deny(request_token: RequestToken) -> None:
    """Delete the request token."""
    RequestToken.objects.filter(pk=request_token.pk, used_at__isnull=True).delete()


def exchange(token: RequestToken, verifier: str, at: datetime) -> TokenCredentials:
    """Exchange an authorised request token for an access token, once.

    Raises WrongVerifier, of which a token allows a few only, and RequestTokenClosed where another call was first.
    """
    # Counted first and never rolled back, so that concurrent guesses count in full.
    counted = RequestToken.objects.open_at(at).filter(pk=token.pk).update(guesses=F("guesses") + 1)
    if not counted or token.user is None:
        raise RequestTokenClosed
    if not constant_time_compare(hash_of_verifier(verifier, token.pk), token.verifier_hash):
        raise WrongVerifier
    pair = TokenCredentials(new_key(), new_secret())
    with transaction.atomic():
        used = RequestToken.objects.filter(
            pk=token.pk, used_at__isnull=True, verifier_hash=token.verifier_hash
        )
        if not used.update(used_at=at):
            raise RequestTokenClosed
        AccessToken.objects.create(
            key_hash=hash_of_key(pair.key),
            secret=pair.secret,
            consumer=token.consumer,
            user=token.user,
            scopes=token.scopes,
            created_at=at,
            expires_at=None if OFFLINE in token.scopes else at + ACCESS_TOKEN_LIFE,
        )
    return pair


def revoke(token: AccessToken, at: datetime) -> None:
    """End an access token."""
    AccessToken.objects.filter(pk=token.pk).revoke(at)
