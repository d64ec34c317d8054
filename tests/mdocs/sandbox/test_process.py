"""The sandbox as a process: starting, ending, what it keeps and what it does not say."""

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.mdocs.sandbox.university import University, application, collect
from tests.mdocs.sandbox_process import ROOT, Sandbox
from tests.waiting import PATIENCE, wait_until


def _start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mdocs.sandbox", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = _start("--port", str(port))

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert ended.stdout == ""


def test_a_data_file_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_text("this is not a database " * 100)

    for path in (broken, tmp_path / "nowhere" / "data.sqlite3"):
        ended = _start("--port", "0", "--data", str(path))
        assert ended.returncode == 1
        assert len(ended.stderr.splitlines()) == 1
        assert str(path) in ended.stderr


def test_a_data_file_serves_one_sandbox_at_a_time(tmp_path: Path) -> None:
    data = tmp_path / "data.sqlite3"
    with Sandbox(data):
        ended = _start("--port", "0", "--data", str(data))

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_sigterm_ends_it_at_once_even_while_it_hangs() -> None:
    with Sandbox() as sandbox:
        sandbox.behave(faults={"hang": 1}, hang_seconds=300)
        with University(sandbox) as university:
            waiting = threading.Thread(target=_ignore_errors, args=(university,))
            waiting.start()
            while not sandbox.ledger()["calls"]:
                time.sleep(0.02)
            start = time.monotonic()
            assert sandbox.stop() == 0
            assert time.monotonic() - start < PATIENCE
            waiting.join(PATIENCE)
            assert not waiting.is_alive()


def _ignore_errors(university: University) -> None:
    with pytest.raises(httpx.TransportError):
        university.call("GET", "/v1/health")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_that_was_answered_survives_a_restart(tmp_path: Path, end: str) -> None:
    with Sandbox(tmp_path / "data.sqlite3") as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0, 0], seed=5)
        collected, revoked = university.order(), university.order()
        document = collect(sandbox, collected)
        university.extend(collected["order_id"], "2099-10-31")
        university.revoke(revoked["order_id"])
        sandbox.behave(processing_seconds=[600, 600], seed=6)
        body = application()
        pending = university.submit(body).json()
        before, behaviour = sandbox.ledger(), sandbox.behaviour()

        getattr(sandbox, end)()
        sandbox.start()

        assert sandbox.ledger() == before
        assert sandbox.behaviour() == behaviour
        assert sandbox.verify(collected["qr_token"])["photo"] == document["photo"]
        assert university.submit(body).status_code == 200
        assert university.order()["order_id"] > pending["order_id"]


def test_nothing_of_a_flood_of_orders_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    answered: list[str] = []

    def order(university: University) -> None:
        try:
            while True:
                answered.append(university.order()["order_id"])
        except httpx.TransportError:
            return

    with Sandbox(tmp_path / "data.sqlite3") as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0, 0])
        with ThreadPoolExecutor(8) as threads:
            for _ in range(8):
                threads.submit(order, university)
            wait_until(lambda: len(answered) > 20, PATIENCE)
            sandbox.kill()
        sandbox.start()

        kept = {order["order_id"] for order in sandbox.orders()}

    assert set(answered) <= kept


def test_time_goes_on_while_it_is_down(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "data.sqlite3") as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0.2, 0.2])
        order_id = university.order()["order_id"]
        sandbox.stop()
        time.sleep(0.3)
        sandbox.start()

        assert university.see(order_id)["status"] == "ready"


def test_an_emptied_ledger_stays_empty_and_its_numbers_are_not_used_again(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "data.sqlite3") as sandbox, University(sandbox) as university:
        first = university.order()["order_id"]
        sandbox.reset()
        sandbox.stop()
        sandbox.start()

        assert sandbox.ledger() == {"orders": [], "calls": []}
        assert university.order()["order_id"] > first


def test_without_a_data_file_nothing_is_kept() -> None:
    with Sandbox() as sandbox, University(sandbox) as university:
        university.order()
        sandbox.stop()
        sandbox.start()

        assert sandbox.orders() == []


def test_its_log_is_one_line_whatever_happens() -> None:
    with Sandbox() as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0, 0])
        order = university.order()
        collect(sandbox, order)
        university.submit(application(holder={"pesel": "not a pesel"}))
        university.find(order["client_reference"])
        university.http.post("/v1/orders", content=b"{" * 1000)
        sandbox.behave(faults={"drop_after": 1})
        with pytest.raises(httpx.TransportError):
            university.submit(application())
        sandbox.stop()

        assert sandbox.log.read_text().splitlines() == [f"mDokumenty sandbox: {sandbox.url}/"]
