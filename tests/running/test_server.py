"""script/server: it starts, mends itself, and leaves nothing behind."""

import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running.portal import PROCESSES, ROOT, Portal, clean_environment, free_port, wait_until

SECONDS_TO_END = 15
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal that runs. Its folder has a space, and a name that is too long for a socket in it.

    It is not in pytest's folder: every pytest that starts closes that one to other users, PostgreSQL's among them.
    """
    with tempfile.TemporaryDirectory(prefix="portal of tests ") as folder:
        portal = Portal(Path(folder) / ("very-" * 20 + "deep"))
        portal.start()
        try:
            portal.wait_to_say("The portal is ready")
            yield portal
        finally:
            if portal.process and portal.process.poll() is None:
                portal.end(signal.SIGTERM)


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


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_that_is_killed_is_started_again(portal: Portal, name: str) -> None:
    killed = portal.find(name)
    assert killed
    children = killed.children(recursive=True)
    killed.kill()

    def is_back() -> bool:
        process = portal.find(name)
        return process is not None and process != killed

    # First its end: what it leaves behind may answer a little longer.
    wait_until(lambda: f"{name} was killed (SIGKILL)" in portal.console(), 5, portal.console)
    wait_until(is_back, 15, portal.console)
    wait_until(lambda: (portal.health() or {}).get("status") == "ok", 15, lambda: str(portal.health()))
    wait_until(lambda: not any(child.is_running() for child in children), 5)


def test_a_click_is_taken_while_redis_says_nothing(portal: Portal) -> None:
    redis = portal.find("redis")
    assert redis
    with httpx.Client(base_url=f"http://127.0.0.1:{portal.port}", timeout=10) as browser:
        sign_in = browser.get("/logowanie/")
        token = sign_in.cookies["csrftoken"]
        browser.post(
            "/logowanie/", data={"username": "anna", "password": "demo", "csrfmiddlewaretoken": token}
        )
        redis.suspend()
        try:
            token = browser.cookies["csrftoken"]
            clicked = browser.post(f"{PAGE}zamow/", data={"csrfmiddlewaretoken": token})
        finally:
            redis.resume()
        assert clicked.status_code == 302
        assert clicked.elapsed.total_seconds() < 4
        assert "Anuluj zamówienie" in browser.get(PAGE).text
        wait_until(lambda: "gotowy do pobrania" in browser.get(PAGE).text, 30, portal.logs)


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
    portal.start()
    portal.wait_to_say(step)
    time.sleep(0.3)
    took = portal.end(signal.SIGINT)
    assert portal.process
    assert portal.process.returncode == 0, portal.console()
    assert took < SECONDS_TO_END
    assert portal.left_behind() == []


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
