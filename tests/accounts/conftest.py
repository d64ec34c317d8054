"""Fixtures of the tests of accounts."""

from typing import Any

import pytest
import redis

from tests.notifications.messages.conftest import mail_server  # noqa: F401 -- the same mail server


@pytest.fixture(autouse=True)
def _no_attempts_counted(settings: Any) -> None:
    """Forget the attempts of tests before: all come from one address."""
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        for key in store.scan_iter("sign-in:*"):
            store.delete(key)
