"""What the tools say of the whole tree: types, style, the arrows between the rooms, migrations."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.structure.tree import ROOT

TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("mypy", "."), id="mypy"),
        pytest.param(("ruff", "check", "."), id="ruff check"),
        pytest.param(("ruff", "format", "--check", "."), id="ruff format"),
        pytest.param(("lint-imports", "--no-logo"), id="import-linter"),
    ],
)
def test_a_tool_has_nothing_to_say(command: tuple[str, ...]) -> None:
    program, *options = command
    done = subprocess.run([TOOLS / program, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run")
