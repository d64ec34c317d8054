"""gunicorn with our configuration, as a process, and requests that no browser sends."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.lib.network import free_port
from tests.structure.tree import ROOT
from tests.waiting import wait_until

FORGED = "[01/Jan/2026] GET /admin/ 200"


class Gunicorn:
    """A gunicorn on a port of this machine; it believes its peers, as it does behind a proxy."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "gunicorn.log"
        environment = os.environ | {"WEB_CONCURRENCY": "1", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "--config=python:mlegitymacja_portal.gunicorn"),
                    *(f"--bind=127.0.0.1:{self.port}", "mlegitymacja_portal.wsgi"),
                ],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def ask(self, path: str, *headers: str) -> str:
        """Send a request as it stands here, and return all that comes back."""
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            return b"".join(iter(lambda: wire.recv(65_536), b"")).decode()

    def is_ready(self) -> bool:
        """Say whether it answers."""
        try:
            return "200 OK" in self.ask("/health/live")
        except OSError:
            return False


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    started = Gunicorn(tmp_path_factory.mktemp("gunicorn"))
    try:
        wait_until(started.is_ready)
        yield started
    finally:
        started.process.terminate()
        started.process.wait(20)


def test_a_path_writes_no_line_of_its_own_into_the_log(gunicorn: Gunicorn) -> None:
    for line_end in ("%0a", "%0d%0a", "%c2%85", "%e2%80%a8", "%1b[2K"):
        gunicorn.ask(f"/health/live{line_end}{FORGED.replace(' ', '%20')}")
    wait_until(lambda: gunicorn.log.read_text().count(FORGED) >= 5)
    lines = [line for line in gunicorn.log.read_text().splitlines() if FORGED in line]
    assert [line for line in lines if "/health/live" not in line] == []
    assert "\x1b" not in gunicorn.log.read_text()


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /evil", "PATH_INFO: /logowanie/", "Script-Name: /evil"])
def test_no_header_moves_the_portal(gunicorn: Gunicorn, header: str) -> None:
    answer = gunicorn.ask("/dla-studentow/moje-dane/", header)
    assert "302 Found" in answer
    assert "Location: /logowanie/?next=/dla-studentow/moje-dane/" in answer
    assert "evil" not in answer
