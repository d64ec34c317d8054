"""Failed sign-ins by passkey, code or the university: a metric counts all, the audit log has some of each account.

These never have to wait, as wrong passwords have (accounts.login_throttle): without a bound, made-up passkeys and
tickets would fill the log.
"""

from hashlib import sha256

import redis
from django.http import HttpRequest

from accounts import audit, metrics
from accounts.client_address import address_of
from students.models import User
from students.rate_limits import count

_MOST, _WINDOW = 20, 60 * 60  # entries of one account, or of one address for nobody's, within so many seconds


def record(user: User | None, request: HttpRequest, method: str, detail: str) -> None:
    """Record that signing in by `method` failed; `user` is None where it is not known whose account was meant."""
    metrics.SIGN_INS.labels(method, "failed").inc()
    number = _count(f"account {user.pk}" if user else f"address {address_of(request)}")
    if number <= _MOST + 1:
        audit.record(user, "sign_in_failed", request, detail if number <= _MOST else "left_out")


def _count(who: str) -> int:
    try:
        return count(f"sign-in:failures:{sha256(who.encode()).hexdigest()}", _WINDOW)[0]
    except redis.RedisError:
        return 0  # better too many entries than none
