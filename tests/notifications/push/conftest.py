"""Fixtures of the tests of push: a push service, and browsers that have subscribed there."""

from typing import Any

import pytest
from django.test import Client
from pytest_httpserver import HTTPServer

from tests.notifications.push.phone import Phone
from tests.notifications.push.rounds import send


@pytest.fixture
def service(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    """Return a push service that the portal knows."""
    settings.PUSH_SERVICES = [httpserver.url_for("").rstrip("/")]
    return httpserver


@pytest.fixture
def phone(service: HTTPServer) -> Phone:
    """Return a phone whose browser has subscribed."""
    return Phone(service)


@pytest.fixture
def subscribed_phone(student_client: Client, phone: Phone) -> Phone:
    """Return a phone with messages turned on, which has shown the greeting."""
    phone.turn_on(student_client)
    send()
    return phone
