"""One portal for the whole folder, started as a person would start it."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.running.portal import Portal, wait_until
from tests.stack.stack import CALM, PATIENCE, RunningSandbox, Stack

STUDENTS = 80
IMPATIENT = {
    # What a dead worker had is free again after seconds, and a call that hangs is given up soon.
    "MDOKUMENTY_TIMEOUT": "1.5",
    "ENGINE_LEASE": "6",
    # Few calls side by side, so that the work of a test is spread over some time.
    "ENGINE_CONNECTIONS": "4",
}


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Return a folder that PostgreSQL's user can reach, also when we are root and pytest begins somewhere else:
    pytest keeps its own temporary folders to itself."""
    with tempfile.TemporaryDirectory(prefix="mlegitymacja-stack-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def push_service() -> Iterator[HTTPServer]:
    """Return what stands in for the push services of browsers' makers."""
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="session")
def whole_portal(folder: Path, push_service: HTTPServer) -> Iterator[Stack]:
    """Return the portal that all tests of this folder share; use `stack`, which is well."""
    portal = Portal(folder / "data", PUSH_SERVICES=push_service.url_for("").rstrip("/"), **IMPATIENT)
    portal.start()
    try:
        portal.wait_to_say("The portal is ready", 300)
        with RunningSandbox(portal.sandbox_port) as sandbox:
            stack = Stack(portal, sandbox)
            stack.invite(STUDENTS)
            yield stack
    finally:
        if portal.process and portal.process.poll() is None:
            portal.end(signal.SIGTERM)


@pytest.fixture
def stack(whole_portal: Stack) -> Stack:
    """Return the portal, with everything well, whatever the test before has left behind."""
    whole_portal.sandbox.behave(**CALM)
    wait_until(whole_portal.is_well, PATIENCE, whole_portal.portal.console)
    return whole_portal
