"""Fixtures of the tests of accounts."""

from tests.notifications.messages.conftest import mail_server  # noqa: F401 -- the same mail server
