"""`script/bench` in its short form: it works, and says the same in its table, its JSON and its chart."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from script.lib.costs import rows
from script.lib.costs.rows import Row
from tests.running.portal import ROOT


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a short run says, and the folder with what it has written."""
    folder = tmp_path_factory.mktemp("bench")
    rows.write([Row("live refresh, nothing changed", 1.0, 2.0, "ms of a core")], folder / "before.json")
    options = ("--short", "--only", "refresh", "api", "place", "worker")
    files = (
        "--json",
        folder / "now.json",
        "--chart",
        folder / "now.svg",
        "--compare",
        folder / "before.json",
    )
    command = (sys.executable, "-m", "script.lib.bench", *options, *files)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, folder


def found(folder: Path) -> dict[str, Any]:
    return {row["name"]: row for row in json.loads((folder / "now.json").read_text())["rows"]}


def test_each_row_has_its_floor_and_ratio(measured: tuple[str, Path]) -> None:
    known = found(measured[1])
    assert len(known) == 7
    for row in known.values():
        assert row["unit"] == "ms of a core"
        assert row["ours"] > 0 and row["floor"] > 0
        assert row["ratio"] == pytest.approx(row["ours"] / row["floor"])
        assert row["of_postgres"] is None or 0 < row["of_postgres"] < row["ours"]


def test_the_table_compares_with_the_run_before(measured: tuple[str, Path]) -> None:
    said, folder = measured
    row = found(folder)["live refresh, nothing changed"]
    (line,) = (line for line in said.splitlines() if "live refresh" in line)
    assert float(line.split()[-1].replace(",", "")) == pytest.approx(row["ours"], rel=0.05)
    (line,) = (line for line in said.splitlines() if "placing an order" in line)
    assert line.split()[-1] == "new"


def test_the_chart_shows_every_row(measured: tuple[str, Path]) -> None:
    folder = measured[1]
    drawn = (folder / "now.svg").read_text()
    assert all(f">{name}</text>" in drawn for name in found(folder))


def test_a_goal_is_reached_from_the_side_that_is_better() -> None:
    assert Row("less", 2, 1, "ms", goal=2).reached
    assert not Row("less", 3, 1, "ms", goal=2).reached
    assert Row("more", 3, 4, "a second", goal=0.6, more_is_better=True).reached
    assert not Row("more", 2, 4, "a second", goal=0.6, more_is_better=True).reached
    assert Row("no floor", 3, None, "s", goal=4).reached
    assert Row("no goal", 3, None, "s").reached is None
