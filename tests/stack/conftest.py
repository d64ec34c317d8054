"""One portal for the whole folder, started as a person would start it."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_httpserver import HTTPServer

from tests.browser import chromium
from tests.running.portal import Portal
from tests.stack.stack import CALM, RunningSandbox, Stack
from tests.waiting import PATIENCE, wait_until

STUDENTS = 80
LAST = ("test_what_is_left.py", "test_ending.py")  # files, in this order; the last leaves no portal
IMPATIENT = {
    # What a dead worker had is free again after seconds, and a call that hangs is given up soon.
    "MDOKUMENTY_TIMEOUT": "1.5",
    "ENGINE_LEASE": "6",
    # Few calls side by side, so that the work of a test is spread over some time.
    "ENGINE_CONNECTIONS": "4",
    "METRICS_TOKEN": "scraped",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what looks back on all that has happened, and then what ends the portal."""
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)


@pytest.fixture(scope="package")
def folder() -> Iterator[Path]:
    """Return a folder that PostgreSQL's user can reach, also when we are root: pytest keeps its own to itself.

    It has a space, and a name that is too long for a socket in it.
    """
    with tempfile.TemporaryDirectory(prefix="portal of tests ", ignore_cleanup_errors=True) as name:
        yield Path(name) / ("very-" * 20 + "deep")


@pytest.fixture(scope="package")
def push_service() -> Iterator[HTTPServer]:
    """Return what stands in for the push services of browsers' makers."""
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="package")
def whole_portal(folder: Path, push_service: HTTPServer) -> Iterator[Stack]:
    """Return the portal that all tests of this folder share; use `stack`, which is well."""
    portal = Portal(folder, PUSH_SERVICES=push_service.url_for("").rstrip("/"), **IMPATIENT)
    portal.start()
    try:
        portal.wait_to_say("The portal is ready", 300)
        with RunningSandbox(portal.sandbox_port) as sandbox, closing(Stack(portal, sandbox)) as stack:
            stack.invite(STUDENTS)
            yield stack
    finally:
        if portal.process and portal.process.poll() is None:
            portal.end(signal.SIGTERM)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def stack(whole_portal: Stack) -> Stack:
    """Return the portal, with everything well, whatever the test before has left behind."""
    whole_portal.sandbox.behave(**CALM)
    wait_until(whole_portal.is_well, PATIENCE, whole_portal.describe)
    return whole_portal
