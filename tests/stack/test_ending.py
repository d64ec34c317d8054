"""However script/server ends, it leaves nothing behind. Comes after all that needs a portal, see conftest.py."""

import signal
import time

import pytest

from tests.running.portal import Portal
from tests.stack.stack import Stack

SECONDS_TO_END = 15


@pytest.fixture
def portal(whole_portal: Stack) -> Portal:
    """Return the portal, whether it runs or not."""
    return whole_portal.portal


def test_killed_itself_it_leaves_nothing_that_the_next_start_would_trip_over(portal: Portal) -> None:
    keys = (portal.folder / "keys.json").read_bytes()
    portal.end(signal.SIGKILL)
    portal.start()
    portal.wait_to_say("The portal is ready")
    assert portal.health()["status"] == "ok"
    assert (portal.folder / "keys.json").read_bytes() == keys


def test_sigterm_ends_every_process_and_removes_their_sockets(portal: Portal) -> None:
    sockets = portal.socket_folders()
    assert all(folder.is_dir() for folder in sockets)
    took = portal.end(signal.SIGTERM)
    assert portal.process
    assert portal.process.returncode == 0
    assert took < SECONDS_TO_END
    assert portal.left_behind() == []
    assert not any(folder.exists() for folder in sockets)


@pytest.mark.parametrize("step", ["Starting PostgreSQL", "Bringing the database", "Starting the worker"])
def test_ctrl_c_ends_every_process_at_any_step_of_the_start(portal: Portal, step: str) -> None:
    assert portal.process
    if portal.process.poll() is None:
        portal.end(signal.SIGTERM)
    portal.start()
    portal.wait_to_say(step)
    time.sleep(0.3)
    took = portal.end(signal.SIGINT)
    assert portal.process.returncode == 0, portal.console()
    assert took < SECONDS_TO_END
    assert portal.left_behind() == []
