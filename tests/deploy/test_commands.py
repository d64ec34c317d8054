"""Commands of the guide and of the runbook: each does the same in a shell that has just been opened."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import ROOT

RELATIVE = re.compile(r"(?<![\w/.-])(?:\./)?(?:deploy/|\.venv/|(?<!web python )manage\.py (?=[a-z]))")
BLOCK = re.compile(r"^```sh\n([\s\S]*?)^```|^((?: {4}\S.*\n)+)", re.MULTILINE)
FENCE = re.compile(r"^```[\s\S]*?^```$", re.MULTILINE)
# What is run in a folder of its own: processes, development.
ELSEWHERE = ("What runs", "Supply chain", "script/server and script/test")


def sections(document: str) -> Iterator[str]:
    """Yield the sections of a document, but for those that are about another folder."""
    for section in re.split(r"^## ", (ROOT / "docs" / document).read_text(), flags=re.MULTILINE):
        if not section.startswith(ELSEWHERE):
            yield section


def relative(section: str) -> Iterator[str]:
    """Yield the commands which lead nowhere from another folder."""
    for block in BLOCK.finditer(section):
        for line in (block[1] or block[2]).splitlines():
            if line.startswith("cd /"):
                break
            if RELATIVE.search(line) and not line.startswith("#"):
                yield line
    for code in re.findall(r"`([^`\n]+)`", FENCE.sub("", section)):
        if " " in code and (RELATIVE.match(code) or code.startswith("celery ")):
            yield code


@pytest.mark.parametrize("document", ["deployment.md", "runbook.md"])
def test_commands_do_not_depend_on_the_folder(document: str) -> None:
    assert [command for section in sections(document) for command in relative(section)] == []


@pytest.mark.parametrize(
    ("section", "found"),
    [
        ("```sh\ndeploy/bin/manage check\n```\n", 1),
        ("```sh\ncd /opt/mlegitymacja/current\ncp deploy/x /etc\n```\n", 0),
        ("    manage.py reconcile\n", 1),
        ("run `manage.py doctor`, `celery call NAME`", 2),
        ("run `mlegitymacja doctor`; `deploy/bin/backup` is a file", 0),
        ("    /opt/mlegitymacja/current/deploy/bin/restore X\n", 0),
    ],
)
def test_the_search_finds_them(section: str, found: int) -> None:
    assert len(list(relative(section))) == found


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Return a folder with the command, and a Python that says how it was called."""
    folder = tmp_path / "releases/2"
    (folder / "deploy/bin").mkdir(parents=True)
    (folder / "deploy/bin/manage").write_bytes((ROOT / "deploy/bin/manage").read_bytes())
    (folder / "deploy/bin/manage").chmod(0o755)
    (folder / ".venv/bin").mkdir(parents=True)
    for program in ("python", "celery"):
        said = f"echo {program} $* in $PWD by $DATABASE_URL"
        call = 'if [ "$1" = -m ]; then shift 6; exec "$@"; fi'  # python -m dotenv --file F run --override --
        (folder / ".venv/bin" / program).write_text(f"#!/bin/sh\n{call.replace('6', '7')}\n{said}\n")
        (folder / ".venv/bin" / program).chmod(0o755)
    (tmp_path / "current").symlink_to(folder)
    (tmp_path / "mlegitymacja").symlink_to(tmp_path / "current/deploy/bin/manage")
    # It is root's to become the portal's user.
    (tmp_path / "runuser").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    (tmp_path / "runuser").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("check --deploy", "python manage.py check --deploy in {release} by pooler"),
        ("celery call NAME", "celery --app mlegitymacja_portal call NAME in {release} by pooler"),
        ("migrate --no-input", "python manage.py migrate --no-input in {release} by server"),
    ],
)
def test_one_command_is_there_in_whatever_folder(release: Path, typed: str, run: str) -> None:
    said = subprocess.run(
        [release / "mlegitymacja", *typed.split()],
        cwd="/",
        env={
            "PATH": f"{release}:{os.environ['PATH']}",
            "DATABASE_URL": "pooler",
            "BACKUP_DATABASE_URL": "server",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == run.format(release=release / "releases/2")
