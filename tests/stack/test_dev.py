"""script/dev: what is changed is taken at once, and errors are shown in the browser."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running.portal import ROOT, Portal
from tests.waiting import wait_until


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal that is being worked on, outside pytest's folder: that one is closed to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="dev-") as folder:
        portal = Portal(Path(folder), "dev", DEMO_DATA="false")
        portal.start()
        try:
            portal.wait_to_say("The portal is ready")
            yield portal
        finally:
            if portal.process and portal.process.poll() is None:
                portal.end(signal.SIGTERM)


def test_changed_code_is_taken_and_errors_are_shown(portal: Portal) -> None:
    address = f"http://127.0.0.1:{portal.port}"
    missing = httpx.get(f"{address}/nie-ma-tego/", timeout=30)
    assert missing.status_code == 404
    assert "DEBUG = True" in missing.text
    # Styles come from the checkout, not from a copy of the day of the start.
    assert httpx.get(f"{address}/static/portal/parts.css", timeout=30).status_code == 200

    before = portal.find("worker-send")
    (ROOT / "mdocs" / "apps.py").touch()
    portal.wait_to_say("Changed: apps.py; starting the workers again")
    wait_until(lambda: portal.find("worker-send") not in (None, before), 60, portal.console)
    wait_until(lambda: (portal.health() or {}).get("status") == "ok", 60, portal.logs)

    portal.end(signal.SIGINT)
    assert portal.process
    assert portal.process.returncode == 0, portal.console()
    assert portal.left_behind() == []
