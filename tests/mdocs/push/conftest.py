"""A push service that is ours, and a phone that has subscribed there."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.mdocs.push.phone import Phone


@pytest.fixture
def service(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    """Return a push service that the portal knows."""
    settings.PUSH_SERVICES = [httpserver.url_for("").rstrip("/")]
    return httpserver


@pytest.fixture
def phone(service: HTTPServer) -> Phone:
    """Return a phone whose browser has subscribed."""
    return Phone(service)
