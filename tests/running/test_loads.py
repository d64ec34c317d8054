"""Loads of `script/bench`: each starts its processes, says what it has found, and leaves nothing behind."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from script.lib import capacity
from script.lib.costs.rows import Row
from tests.running.portal import ROOT

STATES = ("cannot order", "can order", "waiting", "codes")


def run(*arguments: str, folder: Path) -> str:
    command = (sys.executable, "-m", "script.lib.bench", *arguments)
    environment = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets in it, and that others may enter."""
    with TemporaryDirectory(prefix="loads-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_memory_is_told_of_each_process_while_students_order(folder: Path) -> None:
    said = run("--memory", "0.3", folder=folder)
    (done,) = re.findall(r"(\d+) orders, \d+ of them ready, (\d+) requests;", said)
    assert int(done[1]) == 3 * int(done[0]) > 0
    for process in ("postgres", "web", "worker-send", "worker-poll", "beat"):
        assert re.search(rf"^  {process}\b.* \d", said, re.MULTILINE), said
    left = [
        each
        for each in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(each.info["cmdline"] or ())
    ]
    assert left == []


def test_a_backlog_is_drained_and_orders_that_take_long_are_asked_about_seldom(folder: Path) -> None:
    said = run("--short", "--backlog", "5", "--questions", "5", folder=folder)
    (drained,) = re.findall(
        r"^5 orders waiting, an mDokumenty that answers after 0 ms: (\d+) a second", said, re.M
    )
    assert int(drained) >= 0
    (asked,) = re.findall(r"^5 orders that take 3 s at mDokumenty: (\d+) questions about each", said, re.M)
    assert 1 <= int(asked) <= 12


def test_everything_is_measured_again_among_a_long_history(folder: Path) -> None:
    said = run("--short", "--history", "900", "1200", "--json", str(folder / "many.json"), folder=folder)
    (made,) = re.findall(r"^  (\d+) students and (\d+) orders$", said.split("past orders")[1], re.M)[:1]
    assert int(made[0]) >= 600 and int(made[1]) >= 900
    last = said.rsplit("× before", 1)[1]
    for work in (
        "student's page: codes",
        "an order in the workers",
        "placing an order by POST",
        "standing idle",
        "standing idle: memory (PSS)",
        "20 orders at once, drained",
        "at a calm time: from ready there to codes here, median",
        "office: dashboard",
        "office: orders of students named kowal",
    ):
        (line,) = (line for line in last.splitlines() if line.startswith(f"  {work}  "))
        assert re.search(r" \d[\d.,]*$", line.rstrip()), f"how many times as much as before: {line}"
    assert "office: cards" in (folder / "many.json").read_text()


def cost(name: str, ours: float, of_postgres: float) -> Row:
    return Row(name, ours, None, "ms of a core", of_postgres=of_postgres)


def test_the_sums_follow_from_the_costs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [cost(f"student's page: {state}", 15, 5) for state in STATES]
    rows += [cost("signing in: the hash", 200, 0), cost("signing in: the form", 10, 1)]
    rows += [cost("signing in: without the hash", 20, 4)]
    rows += [cost("live refresh, nothing changed", 3, 1), cost("placing an order by POST", 30, 10)]
    capacity.show([*rows, cost("an order in the workers", 10, 4)])
    lines = capsys.readouterr().out.splitlines()
    cells = {
        line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ")[1:] for line in lines if " | " in line
    }
    assert cells["signing in by password"] == ["1", "0.225", "0.005", "–"]
    assert cells["the page, with and without codes"] == ["4", "0.040", "0.020", "–"]
    assert cells["live refresh, with nothing new"] == ["40", "0.080", "0.040", "–"]
    assert "| **together** | | **0.365** | **0.080** | **0.009** |" in lines
    assert "an order is 0.45 seconds of a core" in lines
    # 50,000 × 5 % in an hour, ten times as many in a minute, two thirds of each core.
    assert cells["web, cores (passwords; by the university)"][0] == "4; 2"
    assert cells["PostgreSQL, cores"][2] == "22"


def test_sums_want_all_that_they_are_made_of() -> None:
    with pytest.raises(KeyError, match="student's page"):
        capacity.works([cost("an order in the workers", 10, 4)])
