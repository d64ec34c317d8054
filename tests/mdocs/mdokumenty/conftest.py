import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer

from mdocs.mdokumenty import Mdokumenty

from .examples import SECRETS


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[Mdokumenty]:
    with closing(Mdokumenty(httpserver.url_for(""), timeout=5)) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_private_in_any_log_line(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does, and at every level: also httpx and httpcore write what they do."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert [secret for secret in SECRETS if secret in caplog.text] == []
