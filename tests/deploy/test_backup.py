"""Backup and restore: what comes back is what was there; what is not whole, or in the way, is refused."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from students.models import Student
from tests.structure.tree import ROOT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("pg_dump"), reason="no programs of PostgreSQL in PATH"),
]
RESTORED = "restored_by_a_test"


def url(database: str) -> str:
    """Return the address of a database of the server that tests use."""
    told = connection.get_connection_params()
    user, password = quote(told.get("user", "")), quote(told.get("password", ""))
    who = f"{user}:{password}" if password else user
    query = f"?host={quote(told['host'], safe='')}&port={told.get('port', 5432)}"
    return f"postgresql://{who}@/{database}{query}"


@pytest.fixture
def empty() -> Iterator[str]:
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield url(RESTORED)
        server.execute(f"DROP DATABASE {RESTORED}")


def run(
    name: str, folder: Path, database: str, data: Path, **variables: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "deploy/bin" / name, folder],
        env=os.environ | {"DATABASE_URL": database, "DATA_DIR": str(data), "KEEP_BACKUPS": "2"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def backup(student: Student, tmp_path: Path) -> Path:
    """Return the folder of a backup with one student and one photo."""
    server = connection.cursor().execute("SHOW server_version_num").fetchone()
    said = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    if server and int(said.split()[2].split(".")[0]) < int(server[0]) // 10_000:
        pytest.skip("pg_dump is older than the server")
    photos = tmp_path / "data" / "photos"
    photos.mkdir(parents=True)
    (photos / "1.jpg").write_bytes(b"a photo")
    made = run("backup", tmp_path, url(connection.settings_dict["NAME"]), tmp_path / "data")
    assert made.returncode == 0, made.stderr
    (folder,) = tmp_path.glob("20*")
    assert f"backup={folder} bytes=" in made.stdout
    return folder


def test_what_comes_back_is_what_was_there(
    backup: Path, empty: str, tmp_path: Path, student: Student
) -> None:
    restored = run("restore", backup, empty, tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    with psycopg.connect(empty) as database:
        rows = database.execute("SELECT album_number FROM students_student").fetchall()
    assert rows == [(student.album_number,)]
    assert (tmp_path / "new/photos/1.jpg").read_bytes() == b"a photo"
    assert backup.stat().st_mode & 0o077 == 0


def test_a_database_with_tables_is_left_alone(backup: Path, empty: str, tmp_path: Path) -> None:
    assert run("restore", backup, empty, tmp_path / "new").returncode == 0
    again = run("restore", backup, empty, tmp_path / "new")
    assert again.returncode == 1
    assert "restore into an empty one" in again.stderr


def test_a_backup_that_is_not_whole_is_not_restored(backup: Path, empty: str, tmp_path: Path) -> None:
    (backup / "photos.tar").write_bytes(b"half of it")
    refused = run("restore", backup, empty, tmp_path / "new")
    assert refused.returncode != 0
    with psycopg.connect(empty) as database:
        assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (
            0,
        )


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    failed = run("backup", tmp_path, "postgresql://nobody@127.0.0.1:1/nothing", tmp_path / "data")
    assert failed.returncode != 0
    assert [path.name for path in tmp_path.iterdir() if "20" in path.name] == []


def test_with_a_bucket_nothing_is_written_where_photos_were(empty: str, backup: Path, tmp_path: Path) -> None:
    """Its unit may write to the folder of backups alone."""
    here = url(connection.settings_dict["NAME"])
    made = run("backup", tmp_path / "s3", here, tmp_path / "none", S3_BUCKET="photos")
    assert made.returncode == 0, made.stderr
    assert not (tmp_path / "none").exists()
    (folder,) = (tmp_path / "s3").glob("20*")
    assert {path.name for path in folder.iterdir()} == {"database.dump", "sha256sums"}
    restored = run("restore", folder, empty, tmp_path / "new", S3_BUCKET="photos")
    assert restored.returncode == 0, restored.stderr


def test_a_disk_that_is_not_mounted_is_no_backup_without_photos(backup: Path, tmp_path: Path) -> None:
    failed = run("backup", tmp_path / "other", url(connection.settings_dict["NAME"]), tmp_path / "none")
    assert failed.returncode == 1
    assert "is the disk mounted?" in failed.stderr
    assert list((tmp_path / "other").glob("*")) == []


def test_old_backups_go_and_the_newest_stay(backup: Path, tmp_path: Path) -> None:
    for name in ("2020-01-01T000000", "2020-01-02T000000"):
        (tmp_path / name).mkdir()
    made = run("backup", tmp_path, url(connection.settings_dict["NAME"]), tmp_path / "data")
    assert made.returncode == 0, made.stderr
    assert "2020-01-01T000000" not in {path.name for path in tmp_path.iterdir()}
    assert len(list(tmp_path.glob("20*"))) == 2
