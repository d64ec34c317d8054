"""Fixtures of the tests of the office's messages: those of messages, and a superuser's browser."""

import pytest
from django.test import Client

from tests.notifications.messages.conftest import mail_server, message_worker
from tests.students.factories import make_user

__all__ = ["mail_server", "message_worker"]


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which a superuser is signed in."""
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client
