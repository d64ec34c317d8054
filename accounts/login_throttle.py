"""Login throttle: counts attempts to sign in, in Redis, so that passwords cannot be guessed quickly.

Three counts: of one account from one address; of an address over all accounts; of an account over all addresses. The
last only slows down. A browser in which the account has signed in before is counted by itself instead, and heeds none
of the three: the guesses of strangers, also of those behind the same address, never shut its owner out. An attempt is
counted before the password is looked at, and taken back when it was right, so that attempts side by side are no more
than those one after another. What is stored are hashes.

While Redis is away nobody is locked out: a portal without a counter is better than none.
"""

import logging
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import redis
from django.conf import settings
from django.http import HttpRequest

from accounts import devices
from accounts.client_address import address_of
from students.models.people import login_key
from students.rate_limits import PATIENCE, TooManyRequests, count, count_all, take_back
from students.redis_client import client

logger = logging.getLogger(__name__)
_SLOWED_TO = 30  # seconds between attempts of strangers at an account that is being guessed
_ACCOUNT_WINDOW = 60 * 60  # seconds


class AttemptRefused(TooManyRequests):
    """An attempt that has to wait; `is_first` of those that a limit refuses, as the audit log is told of that one."""

    def __init__(self, seconds: int, *, is_first: bool) -> None:
        super().__init__(seconds)
        self.is_first = is_first


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in that has been counted: under which names, and in which windows."""

    own: str
    shared: tuple[tuple[str, int], ...]

    def succeeded(self) -> None:
        """Take the attempt back, and forget earlier failures of this account from this address."""
        with suppress(redis.RedisError):
            client(PATIENCE).delete(self.own)
            take_back(*self.shared)


def begin(login: str, request: HttpRequest) -> Attempt:
    """Count an attempt to sign in as `login`. Raises AttemptRefused where it has to wait.

    `login` counts as it is looked up: its Unicode form and case make no other account of it.
    """
    account, address = login_key(unicodedata.normalize("NFKC", login.strip())), str(address_of(request))
    device = devices.known_device_hash(request, login)
    pair = _key("device", account, device) if device else _key("pair", account, address)
    place = (_key("address", address), settings.SIGN_IN_PAUSE)
    anywhere = (_key("account", account), _ACCOUNT_WINDOW)
    attempt = Attempt(own=pair, shared=(place, anywhere))
    try:
        (of_pair, pair_left), (of_place, place_left), (of_account, _left) = count_all(
            (pair, settings.SIGN_IN_PAUSE), place, anywhere
        )
        _check(of_pair, settings.SIGN_IN_ATTEMPTS, pair_left)
        if not device:
            _check(of_place, settings.SIGN_IN_ATTEMPTS_OF_ADDRESS, place_left)
            if of_account > settings.SIGN_IN_ATTEMPTS_OF_ACCOUNT:
                _wait_for_slot(account)
    except redis.RedisError:
        logger.warning("Redis is away: attempts to sign in are not counted")
    return attempt


def _check(number: int, most: int, seconds: int) -> None:
    """Raise AttemptRefused for an attempt beyond the limit."""
    if number > most:
        raise AttemptRefused(seconds, is_first=number == most + 1)


def _wait_for_slot(account: str) -> None:
    """Let one attempt in _SLOWED_TO seconds through. Raises AttemptRefused for the others; one an hour is the first."""
    store, slot = client(PATIENCE), _key("slot", account)
    if not store.set(slot, 1, nx=True, ex=_SLOWED_TO):
        refused, _left = count(_key("slowed", account), _ACCOUNT_WINDOW)
        raise AttemptRefused(max(1, int(store.ttl(slot))), is_first=refused == 1)


def _key(kind: str, *parts: str) -> str:
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return f"sign-in:{kind}:{digest}"
