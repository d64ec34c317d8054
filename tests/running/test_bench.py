"""`script/bench` in its short form: it works, and says the same in its table, its JSON and its chart."""

import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any

import pytest

from script.lib.costs import rows, workers
from script.lib.costs.rows import Row
from tests.running.portal import ROOT

# All but what takes minutes (the phone's browser, imports) or a quiet minute (calm).
GROUPS = ("page", "sign_in", "refresh", "api", "place", "worker", "idle", "drain", "lists")
BESIDE_A_FLOOR = 14


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a short run says, and the folder with what it has written."""
    folder = tmp_path_factory.mktemp("bench")
    rows.write([Row("live refresh, nothing changed", 1.0, 2.0, "ms of a core")], folder / "before.json")
    options = ("--short", "--only", *GROUPS)
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
    beside_a_floor = [row for row in known.values() if row["floor"]]
    assert len(beside_a_floor) == BESIDE_A_FLOOR
    for row in beside_a_floor:
        assert row["unit"] == ("orders a second" if row["more_is_better"] else "ms of a core")
        assert row["ratio"] == pytest.approx(row["ours"] / row["floor"])
        assert row["of_postgres"] is None or 0 <= row["of_postgres"] < row["ours"]
    assert all(row["ours"] > 0 for row in known.values() if row["unit"] == "ms of a core")


def test_what_runs_beside_a_portal_and_in_a_large_database_has_its_rows(measured: tuple[str, Path]) -> None:
    known = found(measured[1])
    assert known["standing idle: memory (PSS)"]["ours"] > 100
    for process in ("postgres", "web", "beat", "worker-send"):
        assert known[f"standing idle: {process}: memory (PSS)"]["ours"] > 1
    drained = known["20 orders at once, drained"]
    assert drained["ours"] > 0
    assert drained["floor"] == pytest.approx(1e3 / known["an order in the workers"]["floor_clock"])
    assert known["office: dashboard"]["unit"] == "ms of PostgreSQL"
    assert re.fullmatch(r"\d+ min \d+ s in all", measured[0].splitlines()[-1])


def test_the_table_compares_with_the_run_before(measured: tuple[str, Path]) -> None:
    said, folder = measured
    row = found(folder)["live refresh, nothing changed"]
    (line,) = (line for line in said.splitlines() if "live refresh" in line)
    of_ratio, of_ours = (float(number.replace(",", "")) for number in line.split()[-2:])
    assert of_ours == pytest.approx(row["ours"], rel=0.05)
    assert of_ratio == pytest.approx(row["ratio"] / 0.5, rel=0.05)
    (line,) = (line for line in said.splitlines() if "placing an order" in line)
    assert line.split()[-1] == "new"


def test_the_chart_shows_every_row(measured: tuple[str, Path]) -> None:
    folder = measured[1]
    drawn = (folder / "now.svg").read_text()
    assert all(f">{escape(name)}</text>" in drawn for name, row in found(folder).items() if row["floor"])


def test_a_goal_is_reached_from_the_side_that_is_better() -> None:
    assert Row("less", 2, 1, "ms", goal=2).reached
    assert not Row("less", 3, 1, "ms", goal=2).reached
    assert Row("more", 3, 4, "a second", goal=0.6, more_is_better=True).reached
    assert not Row("more", 2, 4, "a second", goal=0.6, more_is_better=True).reached
    assert Row("no floor", 3, None, "s", goal=4).reached
    assert Row("no goal", 3, None, "s").reached is None


def test_orders_drained_have_no_goal_without_the_script_that_they_are_compared_with() -> None:
    assert workers.drained(480, 6, None).reached is None
    script = Row("an order in the workers", 13, 4.5, "ms of a core", clock=30, floor_clock=10)
    row = workers.drained(480, 6, script)
    assert (row.ours, row.floor, row.reached) == (80, 100, True)
    assert workers.drained(480, 12, script).reached is False


def test_a_run_of_before_there_was_a_clock_of_the_floor_is_still_read(tmp_path: Path) -> None:
    rows.write([Row("an order in the workers", 13, 4.5, "ms of a core")], tmp_path / "old.json")
    said = json.loads((tmp_path / "old.json").read_text())
    del said["rows"][0]["floor_clock"]
    (tmp_path / "old.json").write_text(json.dumps(said))
    (row,) = rows.read(tmp_path / "old.json")
    assert (row.floor, row.floor_clock) == (4.5, None)
