"""script/server: it says what there is, stands alone, and mends itself."""

import stat
import subprocess
from pathlib import Path

import pytest

from script.lib.network import free_port
from tests.running.portal import PROCESSES, ROOT, Portal, clean_environment
from tests.stack.stack import Stack
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def portal(stack: Stack) -> Portal:
    """Return the portal as the one who has started it sees it."""
    return stack.portal


def test_it_says_where_everything_is_and_who_can_sign_in(portal: Portal) -> None:
    console = portal.console()
    assert f"http://127.0.0.1:{portal.port}/dla-studentow/moje-studia/mlegitymacja/" in console
    assert f"http://127.0.0.1:{portal.sandbox_port}/" in console
    for account in ("anna", "bartek", "hania", "dziekanat", "admin"):
        assert account in console
    assert portal.health()["status"] == "ok"


def test_its_keys_are_readable_for_their_owner_alone(portal: Portal) -> None:
    keys = portal.folder / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert stat.S_IMODE((portal.folder / "environment.json").stat().st_mode) == 0o600


def test_it_listens_on_the_two_ports_only(portal: Portal) -> None:
    listening = {
        connection.laddr.port
        for name in PROCESSES
        if (process := portal.find(name))
        for connection in process.net_connections("tcp")
        if connection.status == "LISTEN"
    }
    assert listening == {portal.port, portal.sandbox_port}


def test_a_second_one_on_the_same_data_says_so_and_ends(portal: Portal) -> None:
    done = run_server(DATA_DIR=str(portal.folder), PORT=str(free_port()), SANDBOX_PORT=str(free_port()))
    assert done.returncode == 1
    assert "already running" in one_line(done)
    assert portal.health()["status"] == "ok"


@pytest.mark.parametrize("variable", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named_with_its_variable_and_nothing_is_started(
    portal: Portal, tmp_path: Path, variable: str
) -> None:
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port()), variable: str(portal.port)}
    done = run_server(DATA_DIR=str(tmp_path), **ports)
    assert done.returncode == 1
    assert f"Port {portal.port} ({variable}) is taken" in one_line(done)
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("wrong", ["eighty", "70000"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    done = run_server(DATA_DIR=str(tmp_path), PORT=wrong)
    assert done.returncode == 1
    assert "PORT must be a port" in one_line(done)


def test_settings_with_which_the_portal_cannot_be_loaded_end_the_start_with_the_reason(
    tmp_path: Path,
) -> None:
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    done = run_server(DATA_DIR=str(tmp_path), LOG_LEVEL="deafening", **ports)
    assert done.returncode == 1
    assert "This did not work: migrate" in done.stderr and "Unable to configure root logger" in done.stderr


def test_processes_that_are_killed_are_started_again(portal: Portal) -> None:
    killed = {name: process for name in PROCESSES if (process := portal.find(name))}
    assert killed.keys() == PROCESSES
    children = [child for process in killed.values() for child in process.children(recursive=True)]
    said = len(portal.console())
    for process in killed.values():
        process.kill()

    def are_back() -> bool:
        # First its end: what it leaves behind may answer a little longer.
        ended = [name for name in PROCESSES if f"{name} was killed (SIGKILL)" in portal.console()[said:]]
        now = {name: portal.find(name) for name in ended}
        return all(now.get(name) not in {None, killed[name]} for name in PROCESSES)

    wait_until(are_back, PATIENCE, portal.console)
    wait_until(lambda: (portal.health() or {}).get("status") == "ok", PATIENCE, lambda: str(portal.health()))
    wait_until(lambda: not any(child.is_running() for child in children), PATIENCE)


def run_server(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run a server that is expected to end by itself."""
    return subprocess.run(
        [ROOT / "script" / "server"],
        env=clean_environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """All that it said, which has to be one line."""
    said = (done.stdout + done.stderr).strip()
    assert len(said.splitlines()) == 1, said
    return said
