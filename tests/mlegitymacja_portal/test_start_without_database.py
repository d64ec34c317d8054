"""PostgreSQL that is away at a start is waited for: nothing runs without the checks of what it holds."""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from mlegitymacja_portal import celery, checks
from operations import without_database
from students.demo import PASSWORD
from students.models import KeyCanary
from tests.mlegitymacja_portal.test_checks import in_production, run_in_production
from tests.structure.tree import ROOT
from tests.students.factories import make_user
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAMS = {
    "worker": ("celery", "--app=mlegitymacja_portal", "worker", "--concurrency=1"),
    "beat": ("celery", "--app=mlegitymacja_portal", "beat", "--pidfile=", "--schedule={folder}/schedule"),
    "web": (
        *("gunicorn", "--config=python:mlegitymacja_portal.gunicorn", "--bind=127.0.0.1:0"),
        "mlegitymacja_portal.wsgi",
    ),
}
WAITS = "the start waits for PostgreSQL"


class Door:
    """Port that leads to the database of the tests once it is open, and refuses until then."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        address = urlsplit(os.environ["DATABASE_URL"])
        user = address.netloc.rpartition("@")[0]
        port = self._listener.getsockname()[1]
        self.url = f"postgresql://{user}@127.0.0.1:{port}/{connection.settings_dict['NAME']}?sslmode=disable"

    def open(self) -> None:
        """Let everybody through."""
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Let nobody else through."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                ours, theirs = self._listener.accept()[0], _to_database()
                for ends in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _to_database() -> socket.socket:
    given = connection.get_connection_params()
    host, port = str(given.get("host") or "127.0.0.1"), int(given.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    local = socket.socket(socket.AF_UNIX)
    local.connect(f"{host}/.s.PGSQL.{port}")
    return local


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError), closing(other):
        while data := one.recv(65_536):
            other.sendall(data)


@pytest.fixture
def door() -> Iterator[Door]:
    with closing(Door()) as door:
        yield door


@pytest.mark.parametrize("name", PROGRAMS)
def test_who_starts_without_it_makes_its_checks_when_it_is_there(
    settings: Any, tmp_path: Path, door: Door, name: str
) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    make_user("admin", password=make_password(PASSWORD))
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *(part.format(folder=tmp_path) for part in PROGRAMS[name])],
            cwd=ROOT,
            env=in_production(tmp_path) | {"DATABASE_URL": door.url},
            stdout=stream,
            stderr=stream,
        )
    try:
        wait_until(lambda: WAITS in log.read_text(), explain=log.read_text)
        door.open()
        wait_until(lambda: process.poll() is not None, explain=log.read_text)
    finally:
        process.kill()
        process.wait()
    assert process.returncode != 0
    assert log.read_text().count(WAITS) == 1
    assert "mlegitymacja.E022" in log.read_text()
    assert "OperationalError" not in log.read_text(), "one line is enough"


def test_settings_that_are_wrong_stop_the_start_without_it(tmp_path: Path, door: Door) -> None:
    done = run_in_production(tmp_path, "-m", *PROGRAMS["worker"], DEMO_DATA="true", DATABASE_URL=door.url)
    assert done.returncode != 0
    assert "mlegitymacja.E001" in done.stdout + done.stderr
    assert WAITS not in done.stdout + done.stderr


def test_it_may_go_away_between_two_checks(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checks.stop_on_errors()  # by now Django knows what it asks the server itself
    KeyCanary.objects.update(value="of another key")
    pauses: list[float] = []
    noted: list[str] = []
    monkeypatch.setattr(without_database, "note", noted.append)
    connection.close()
    with pytest.MonkeyPatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", str(tmp_path))

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                away.undo()

        monkeypatch.setattr(checks, "sleep", pause)
        with caplog.at_level(logging.WARNING), pytest.raises(ImproperlyConfigured, match="E021"):
            checks.stop_on_errors()
    assert len(pauses) == 3
    assert noted == ["unreachable"] * 3 + ["ok"], "administrators are told of both"
    assert caplog.text.count(WAITS) == 1


def test_checks_that_fail_end_a_process_of_celery(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(checks, "stop_on_errors", fail)
    with pytest.raises(SystemExit, match="its system checks failed"):
        celery.stop_on_errors()
    assert "a fault of ours" in caplog.text
