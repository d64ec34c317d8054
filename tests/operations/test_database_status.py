"""Status of the database: a machine that is busy and a disk that is full are not a database that is away."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client

from operations.checks.database_status import database_status

pytestmark = pytest.mark.django_db


def test_a_socket_whose_queue_is_full_is_busy(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(tmp_path / ".s.PGSQL.5432")
    with ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.socket(socket.AF_UNIX))
        server.bind(name)
        server.listen(0)
        with suppress(BlockingIOError):
            while True:
                waiting = open_sockets.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(name)
        monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
        monkeypatch.setitem(connection.settings_dict, "PORT", "5432")
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["components"]) == (503, {"database": "no answer"})
    assert database_status() == "unreachable", "now nobody is there"


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have a database with all migrations on a disk of its own, of 16 MiB; return that disk."""
    parameters = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**parameters) as asked, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run as another user
        disk = folder / "disk"
        disk.mkdir()
        (name,) = asked.execute("SHOW data_directory").fetchone() or ("",)
        data = Path(name)
        of = f"size=16m,uid={data.stat().st_uid},mode=700" if data.exists() else ""
        mount = ["mount", "-t", "tmpfs", "-o", of, "tmpfs", str(disk)]
        if os.getuid() != 0 or not of or subprocess.call(mount):
            pytest.skip("only root mounts a small file system")
        try:
            asked.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            asked.execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
            rows = asked.execute("SELECT app, name FROM django_migrations").fetchall()
            with psycopg.connect(**{**parameters, "dbname": "small"}) as small:
                small.execute("CREATE TABLE django_migrations (app text, name text)")
                small.cursor().executemany("INSERT INTO django_migrations VALUES (%s, %s)", rows)
            monkeypatch.setitem(connection.settings_dict, "NAME", "small")
            yield disk
        finally:
            asked.execute("DROP DATABASE IF EXISTS small WITH (FORCE)")
            asked.execute("DROP TABLESPACE IF EXISTS small")
            subprocess.check_call(["umount", disk])


def test_a_database_whose_disk_is_full_says_so_though_it_can_be_read(small_disk: Path) -> None:
    assert database_status() == "ok"
    with (small_disk / "filling").open("wb") as file, suppress(OSError):
        while file.write(b"x" * 2**20):
            file.flush()
    assert database_status() == "disk full"
    (small_disk / "filling").unlink()
    assert database_status() == "ok"
