"""What the tests of messages share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifications.messages.mail_server import MailServer, Teller


@pytest.fixture
def post(settings: Any) -> Iterator[MailServer]:
    """Return a mail server to which the portal sends."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.PORTAL_URL = "https://legitymacja.example.edu"
    server.start()
    yield server
    server.stop()


@pytest.fixture
def teller() -> Teller:
    """Return a worker that tells, whose clock the test sets."""
    return Teller()
