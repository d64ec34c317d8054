"""Figures of docs/performance.md and docs/capacity.md are those of the run that is kept in docs/performance.json."""

import re

import pytest

from script.lib import capacity
from script.lib.costs import rows
from tests.structure.tree import ROOT

KEPT = rows.read(ROOT / "docs/performance.json")
CAPACITY = (ROOT / "docs/capacity.md").read_text()
PERFORMANCE = (ROOT / "docs/performance.md").read_text().partition("\n## Figures\n")[2].partition("\n## ")[0]
_NUMBER = re.compile(r"[\d.]+")


def test_sums_of_capacity_are_those_of_the_run() -> None:
    """Which lacks a line: `script/bench --capacity docs/performance.json` prints all of them."""
    lines = CAPACITY.splitlines()
    for line in (*capacity.order_table(KEPT), *capacity.need_table(KEPT)):
        assert line in lines
    for sentence in capacity.sums(KEPT)[:2]:
        assert sentence in CAPACITY


def test_orders_a_second_of_a_core_are_about_those_of_the_text() -> None:
    """The text says "about", for the database and for the workers."""
    of_postgres, of_workers = map(int, re.findall(r"\d+", capacity.sums(KEPT)[2]))
    (said,) = re.findall(r"at about (\d+) orders a second for each core in use", CAPACITY)
    assert int(said) == pytest.approx(of_postgres, rel=0.1)
    (said,) = re.findall(r"by its own processor about (\d+)\.", CAPACITY)
    assert int(said) == pytest.approx(of_workers, rel=0.1)


@pytest.mark.parametrize(
    "row", [row for row in KEPT if row.unit == "ms of a core" and row.floor], ids=lambda row: row.name
)
def test_figures_of_performance_are_those_of_the_run(row: rows.Row) -> None:
    (line,) = re.findall(rf"^\| {re.escape(row.name)} \| (.*)$", PERFORMANCE, re.MULTILINE)
    ours, floor, ratio = line.split(" | ")[:3]
    said = [*map(float, _NUMBER.findall(ours)), *map(float, _NUMBER.findall(floor)), float(ratio)]
    kept = [row.ours, row.of_postgres, row.floor, row.floor_of_postgres, row.ratio]
    assert said == pytest.approx([number for number in kept if number is not None], rel=0.02, abs=0.006)
