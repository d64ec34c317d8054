"""Which PostgreSQL and Redis are run: the machine's where recent enough, else those out of a wheel."""

import os
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from script.lib.processes import Failed
from script.lib.programs import POSTGRESQL, REDIS, Server, find, version_of

WHEEL = "the wheel's"
SAYS = {
    "postgres": "postgres (PostgreSQL) {} (Debian 1)",
    "redis-server": "Redis server v={} sha=0:0",
    "valkey-server": "Valkey server v={} sha=0:0",
    "initdb": "initdb (PostgreSQL) {}",
}


def pip(_name: str, *command: str) -> tuple[int, str]:
    """Run what is attempted, as a supervisor does."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def put(program: Path, version: str) -> None:
    """Make a program that says its version, and nothing else."""
    program.parent.mkdir(parents=True, exist_ok=True)
    said = SAYS[program.name].format(version)
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{said}"\n')
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("server", "machine", "data", "taken"),
    [
        (POSTGRESQL, {}, None, WHEEL),
        (POSTGRESQL, {"bin/postgres": "18.1", "bin/initdb": "18.1"}, None, "bin/postgres"),
        (POSTGRESQL, {"bin/postgres": "15.0", "bin/initdb": "15.0"}, None, "bin/postgres"),
        (POSTGRESQL, {"bin/postgres": "14.22", "bin/initdb": "14.22"}, None, WHEEL),
        (POSTGRESQL, {"bin/postgres": "18.1"}, None, WHEEL),
        (
            POSTGRESQL,
            {
                "usr/lib/postgresql/9.6/bin/postgres": "9.6.24",
                "usr/lib/postgresql/9.6/bin/initdb": "9.6.24",
                "usr/lib/postgresql/17/bin/postgres": "17.2",
                "usr/lib/postgresql/17/bin/initdb": "17.2",
                "bin/postgres": "15.18",
                "bin/initdb": "15.18",
            },
            None,
            "usr/lib/postgresql/17/bin/postgres",
        ),
        (
            POSTGRESQL,
            {
                "usr/lib/postgresql/16/bin/postgres": "16.4",
                "usr/lib/postgresql/16/bin/initdb": "16.4",
                "bin/postgres": "18.1",
                "bin/initdb": "18.1",
            },
            16,
            "usr/lib/postgresql/16/bin/postgres",
        ),
        (POSTGRESQL, {"bin/postgres": "17.2", "bin/initdb": "17.2"}, 18, WHEEL),
        (REDIS, {}, None, WHEEL),
        (REDIS, {"bin/redis-server": "7.0.15"}, None, "bin/redis-server"),
        (REDIS, {"bin/redis-server": "6.2.0"}, None, "bin/redis-server"),
        (REDIS, {"bin/redis-server": "6.0.16"}, None, WHEEL),
        (REDIS, {"usr/sbin/valkey-server": "8.1.4"}, None, "usr/sbin/valkey-server"),
        (REDIS, {"bin/redis-server": "7.2.4", "bin/valkey-server": "8.1.4"}, None, "bin/valkey-server"),
    ],
)
def test_the_newest_of_the_machine_that_will_do_is_taken_else_the_wheels(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    machine: dict[str, str],
    data: int | None,
    taken: str,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for place, version in machine.items():
        put(tmp_path / place, version)
    unpacked = unpack(server, "18.4", tmp_path / "servers")
    found = find(server, pip, major=data, root=tmp_path, unpacked=unpacked)
    assert found.path.is_relative_to(unpacked) if taken is WHEEL else found.path == tmp_path / taken


def unpack(server: Server, version: str, folder: Path) -> Path:
    """Lay out what the server's wheel would bring."""
    put(folder / server.unpacked_name / server.in_wheel.replace("*", "here"), version)
    return folder


def test_data_of_a_postgresql_that_is_not_here_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    unpacked = unpack(POSTGRESQL, "18.4", tmp_path / "servers")
    with pytest.raises(Failed, match="made by PostgreSQL 16") as failure:
        find(POSTGRESQL, pip, major=16, root=tmp_path, unpacked=unpacked)
    assert "DATABASE_URL" in str(failure.value)


@pytest.mark.parametrize(
    ("server", "hint"), [(POSTGRESQL, "apt install postgresql"), (REDIS, "apt install redis-server")]
)
def test_where_there_is_none_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, hint: str
) -> None:
    """PIP_NO_INDEX stands for a machine that reaches no package index."""
    manager = tmp_path / "bin" / "apt-get"
    manager.parent.mkdir()
    manager.write_text("#!/bin/sh\n")
    manager.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(Failed) as failure:
        find(server, pip, root=tmp_path, unpacked=tmp_path / "servers")
    said = str(failure.value)
    assert len(said.splitlines()) == 1
    assert said.startswith(f"No {server.name} ")
    assert hint in said
    assert server.variable in said
    assert list((tmp_path / "servers").iterdir()) == [], "nothing half unpacked is left"


@pytest.mark.parametrize("server", [POSTGRESQL, REDIS], ids=["postgresql", "redis"])
def test_the_wheel_is_to_be_had_and_runs_here_and_other_accounts_may_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("PATH", "")
    found = find(server, pip, root=tmp_path, unpacked=tmp_path / "servers")
    assert found.version >= server.oldest
    for path in (found.path, *(found.path.with_name(name) for name in server.beside)):
        assert version_of(path) == found.version
        assert path.stat().st_mode & 0o055 == 0o055
    again = find(server, pip, root=tmp_path, unpacked=tmp_path / "servers")
    assert again == found


@pytest.mark.django_db
def test_the_database_knows_the_case_of_polish_letters_and_sorts_by_code_point() -> None:
    """As PostgreSQL's own locale has it from 17 on; before, the C library's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('zażółć'), lower('ŁÓDŹ'), 'Z' < 'a', 'z' < 'ą'")
        assert cursor.fetchone() == ("ZAŻÓŁĆ", "łódź", True, True)
