"""Fixtures of the tests of messages: a mail server, and the worker."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifications.messages.mail_server import MailServer, MessageWorker


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Return a mail server that the portal sends to."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.PORTAL_URL = "https://legitymacja.example.edu"
    server.start()
    yield server
    server.stop()


@pytest.fixture
def message_worker() -> MessageWorker:
    """Return workers of messages and e-mails whose clock the test sets."""
    return MessageWorker()
