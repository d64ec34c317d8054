"""What a program writes, as systemd's journal and collectors of logs read it: one format, and a level for each line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mlegitymacja_portal.test_checks import in_production
from tests.structure.tree import ROOT
from tests.waiting import wait_until

WORKER = ("-m", "celery", "--app=mlegitymacja_portal", "worker", "--queues=nobody", "--concurrency=1")
SAYS = """
import logging
import django
django.setup()
log = logging.getLogger("mdocs")
log.info("well")
try:
    raise ValueError("two\\nlines")
except ValueError:
    log.exception("it failed")
log.critical("all stands")
"""


def lines_of(folder: Path, program: tuple[str, ...], *, to_journal: bool, **variables: str) -> list[str]:
    """Run a program until it ends, its stderr connected as systemd connects it, and return its lines."""
    ours, theirs = os.pipe()
    found = os.fstat(theirs)
    stream = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"} if to_journal else {}
    ended = subprocess.Popen(
        [sys.executable, *program],
        cwd=ROOT,
        env=in_production(folder)
        | {"DJANGO_SETTINGS_MODULE": "mlegitymacja_portal.settings"}
        | variables
        | stream,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    with os.fdopen(ours) as said:
        lines = said.read().splitlines()
    assert ended.wait(60) == 0, "\n".join(lines)
    return lines


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_journal_finds_errors_by_their_level(tmp_path: Path, log_format: str) -> None:
    lines = lines_of(tmp_path, ("-c", SAYS), to_journal=True, LOG_FORMAT=log_format)
    assert [line for line in lines if not re.match(r"<[2-7]>", line)] == []
    level = {line[1]: line for line in lines}
    assert "well" in level["6"] and "all stands" in level["2"]
    errors = [line for line in lines if line.startswith("<3>")]
    assert "it failed" in errors[0]
    assert any("ValueError: two" in line for line in errors)
    if log_format == "json":
        assert all(json.loads(line[3:])["message"] for line in lines)


def test_a_shell_that_only_inherits_the_variable_gets_plain_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert not [line for line in lines_of(tmp_path, ("-c", SAYS), to_journal=False) if line.startswith("<")]


@pytest.mark.django_db
def test_every_line_of_a_worker_is_an_object(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stream:
        worker = subprocess.Popen(
            [sys.executable, *WORKER],
            cwd=ROOT,
            env=in_production(tmp_path) | {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO"},
            stdout=stream,
            stderr=stream,
        )
    try:
        wait_until(lambda: "ready" in log.read_text(), explain=log.read_text)
    finally:
        worker.terminate()
        worker.wait(60)
    said = [json.loads(line) for line in log.read_text().splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in said)
    assert any(line["message"] == "worker: Warm shutdown (MainProcess)" for line in said)
