"""Login throttle: counts attempts to sign in, in Redis, so that passwords cannot be guessed quickly.

Three counts: of one account from one address; of an address over all accounts; of an account over all addresses. The
last only slows down, and only browsers in which the account has never signed in: a stranger's guesses never shut its
owner out. An attempt is counted before the password is looked at, and taken back when it was right, so that attempts
side by side are no more than those one after another. What is stored are hashes.

While Redis is away nobody is locked out: a portal without a counter is better than none.
"""

import logging
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import redis
from django.conf import settings
from django.http import HttpRequest

from accounts import devices
from accounts.client_address import address_of
from students.models.people import login_key
from students.redis_client import client

logger = logging.getLogger(__name__)
_PATIENCE = 0.5  # seconds
_SLOWED_TO = 30  # seconds between attempts of strangers at an account that is being guessed
_ACCOUNT_WINDOW = 60 * 60  # seconds


class TooManyAttempts(Exception):
    """Too many failed logins; `seconds` is the time to wait. The portal answers 429."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in that has been counted."""

    keys: tuple[str, ...]

    def succeeded(self) -> None:
        """Take the attempt back, and forget earlier failures of this account from this address."""
        with suppress(redis.RedisError):
            store = client(_PATIENCE)
            store.delete(self.keys[0])
            for key in self.keys[1:]:
                store.decr(key)


def begin(login: str, request: HttpRequest) -> Attempt:
    """Count an attempt to sign in as `login`. Raises TooManyAttempts instead where it has to wait.

    `login` counts as it is looked up: its Unicode form and case make no other account of it.
    """
    account, address = login_key(unicodedata.normalize("NFKC", login.strip())), str(address_of(request))
    pair, place, anywhere = _key("pair", account, address), _key("address", address), _key("account", account)
    attempt = Attempt(keys=(pair, place, anywhere))
    try:
        by_pair, by_place, by_account = _count(
            (pair, settings.SIGN_IN_PAUSE), (place, settings.SIGN_IN_PAUSE), (anywhere, _ACCOUNT_WINDOW)
        )
        if by_pair.times > settings.SIGN_IN_ATTEMPTS:
            raise TooManyAttempts(by_pair.left)
        is_guessing_place = by_place.times > settings.SIGN_IN_ATTEMPTS_OF_ADDRESS
        is_guessed = by_account.times > settings.SIGN_IN_ATTEMPTS_OF_ACCOUNT
        if (is_guessing_place or is_guessed) and not devices.is_known(request, login):
            if is_guessing_place:
                raise TooManyAttempts(by_place.left)
            _wait_for_slot(_key("slot", account))
    except redis.RedisError:
        logger.warning("Redis is away: attempts to sign in are not counted")
    return attempt


class _Counted(NamedTuple):
    times: int
    left: int  # seconds until it is forgotten


def _count(*keys: tuple[str, int]) -> list[_Counted]:
    """Add one to each of the keys, in one step; each is forgotten its number of seconds after the first."""
    with client(_PATIENCE).pipeline() as batch:
        for key, window in keys:
            batch.set(key, 0, nx=True, ex=window)
            batch.incr(key)
            batch.ttl(key)
        answers = batch.execute()
    pairs = zip(answers[1::3], answers[2::3], strict=True)
    return [_Counted(int(count), max(1, int(left))) for count, left in pairs]


def _wait_for_slot(slot: str) -> None:
    """Let one attempt in _SLOWED_TO seconds through. Raises TooManyAttempts for the others."""
    store = client(_PATIENCE)
    if not store.set(slot, 1, nx=True, ex=_SLOWED_TO):
        raise TooManyAttempts(max(1, int(store.ttl(slot))))


def _key(kind: str, *parts: str) -> str:
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return f"sign-in:{kind}:{digest}"
