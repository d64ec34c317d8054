"""Tools that somebody runs by hand, in the activated environment: they need no server and no exported secrets."""

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from script.lib import dotenv
from tests.running.portal import ROOT

SHELL = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
READ_SETTINGS = """
import json, runpy
read = runpy.run_path("mlegitymacja_portal/settings.py")
print(json.dumps({"production": read["PRODUCTION"], "database": read["DATABASES"]["default"]["NAME"]}))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that has nothing but the folder of its settings, and what they are put together from."""
    shutil.copytree(ROOT / "mlegitymacja_portal", tmp_path / "mlegitymacja_portal")
    shutil.copytree(ROOT / "static" / "portal", tmp_path / "static" / "portal")
    return tmp_path


def python(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the environment's Python as a shell does that has exported nothing but `variables`."""
    environment: Mapping[str, str] = SHELL | variables
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_where_the_scripts_have_been_settings_are_those_of_their_server(checkout: Path) -> None:
    dotenv.write(checkout)
    done = python(checkout, "-c", READ_SETTINGS)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["production"] is False
    assert said["database"] == "mlegitymacja"


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"ENVIRONMENT": "production"}, "SECRET_KEY"),
        ({"ENVIRONMENT": "development"}, "SECRET_KEY"),
        ({"DATABASE_URL": "postgresql://db.example.edu/portal"}, "SECRET_KEY"),
        ({"SECRET_KEY": "s" * 50}, "FIELD_ENCRYPTION_KEYS"),
    ],
)
def test_an_installation_is_never_completed_from_a_developers_file(
    checkout: Path, variables: dict[str, str], missing: str
) -> None:
    dotenv.write(checkout)
    done = python(checkout, "-c", READ_SETTINGS, **variables)
    assert done.returncode == 1
    assert f'"{missing}" not set' in done.stderr


def test_without_that_file_nothing_has_a_default(checkout: Path) -> None:
    done = python(checkout, "-c", READ_SETTINGS)
    assert done.returncode == 1
    assert '"SECRET_KEY" not set' in done.stderr


def test_the_file_is_for_its_owner_alone_and_follows_the_keys_of_the_data(checkout: Path) -> None:
    dotenv.write(checkout)
    file = checkout / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = file.read_text()
    dotenv.write(checkout)
    assert file.read_text() == first
    (checkout / "var" / "keys.json").unlink()
    dotenv.write(checkout)
    keys = json.loads((checkout / "var" / "keys.json").read_text())
    assert file.read_text() != first
    assert all(f'{name}="{value}"\n' in file.read_text() for name, value in keys.items())
    for secret in (".env", "var"):
        ignored = subprocess.run(["git", "check-ignore", "--quiet", ROOT / secret], cwd=ROOT)
        assert ignored.returncode == 0, f"{secret} is never committed"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("manage.py", "check"), "no issues"),
        (("manage.py", "makemigrations", "--check", "--dry-run"), "No changes detected"),
        (("manage.py", "shell", "--command", "print(len(Order._meta.fields) > 9)"), "True"),
    ],
)
def test_manage_py_needs_no_server(command: tuple[str, ...], said: str) -> None:
    done = python(ROOT, *command)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_migrations_are_made_from_the_models_and_tried_on_an_empty_database() -> None:
    done = subprocess.run(
        [ROOT / "script" / "migrations", "--check"], env=SHELL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No changes detected" in done.stdout
    assert "All migrations can be applied to an empty database" in done.stdout
