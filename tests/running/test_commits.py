"""The hooks that look at a commit: real commits in a repository of their own, with the programs of the environment."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.portal import ROOT

KEY = "-----BEGIN RSA PRIVATE " + "KEY-----\n"  # in two parts, else this file could not be committed


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the hooks, and the tools where the hooks look for them."""
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / ".gitignore").write_text(".venv\n")
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, "git", "config", "user.name", "Tests")
    run(tmp_path, "git", "config", "user.email", "tests@example.edu")
    run(tmp_path, "git", "add", ".")
    run(tmp_path, ".venv/bin/pre-commit", "install")
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a repository; what it says comes with its exit code."""
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize(
    ("file", "content", "refused_by"),
    [
        ("fine.py", '"""Nothing to see."""\n', ""),
        ("unused.py", '"""One import."""\n\nimport os\n', "ruff check"),
        ("unformatted.py", '"""One value."""\n\nx = {  "a":1}\n', "ruff format"),
        ("large.bin", "x" * 400_000, "no file above 300 kB"),
        ("key.pem", KEY, "no private key"),
    ],
)
def test_a_commit_is_taken_only_where_nothing_is_wrong(
    repository: Path, file: str, content: str, refused_by: str
) -> None:
    (repository / file).write_text(content)
    run(repository, "git", "add", file)
    done = run(repository, "git", "commit", "--message", "tests: add a file")
    assert (done.returncode == 0) is (not refused_by), done.stdout
    failed = [line.partition("...")[0] for line in done.stdout.splitlines() if line.endswith("Failed")]
    assert failed == ([refused_by] if refused_by else [])


def test_everything_that_is_committed_today_would_be_taken() -> None:
    done = run(ROOT, str(Path(sys.executable).with_name("pre-commit")), "run", "--all-files")
    assert done.returncode == 0, done.stdout
