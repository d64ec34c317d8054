"""Faults for script/mutants: which there are, whether a running program has one, and which are listed as none."""

import re
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from script.lib.mutants import listed, listed_as_equivalent
from script.lib.mutations import functions_of, mutations, put_in

SOURCE = '''
"""A module."""
from datetime import timedelta

PAUSE = timedelta(seconds=20)


def due(age: int, orders: list[int]) -> list[int]:
    """Return those that are due."""
    if not orders:
        raise ValueError("none")
    orders.sort()
    return [each for each in orders if each <= age and each != 3]


def pause() -> float:
    return min(PAUSE, timedelta(days=1)).total_seconds()
'''


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a module that can be imported for this test."""
    (tmp_path / "waiting_orders.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "waiting_orders", raising=False)
    return Path("waiting_orders.py")


def test_each_place_where_something_can_go_wrong_has_its_faults(path: Path) -> None:
    assert {f"{fault.before} → {fault.after}" for fault in mutations(path)} == {
        "seconds=20 → minutes=20",
        "20 → 40",
        "not orders → orders",
        "raise ValueError('none') → nothing",
        "orders.sort() → nothing",
        "return [each for each in orders if each <= age and each != 3] → "
        "return None and [each for each in orders if each <= age and each != 3]",
        "each <= age and each != 3 → each <= age or each != 3",
        "each <= age and each != 3 → not (each <= age and each != 3)",
        "each <= age → each < age",
        "each != 3 → each == 3",
        "3 → 4",
        "3 → 2",
        "return min(PAUSE, timedelta(days=1)).total_seconds() → "
        "return None and min(PAUSE, timedelta(days=1)).total_seconds()",
        "min(PAUSE, timedelta(days=1)) → max(PAUSE, timedelta(days=1))",
        "days=1 → hours=1",
        "1 → 2",
        "1 → 0",
    }


@pytest.mark.parametrize(
    ("fault", "due", "pause"),
    [
        ("each <= age → each < age", [1], 20),
        ("orders.sort() → nothing", [2, 1], 20),
        ("seconds=20 → minutes=20", [1, 2], 1200),
        ("min(PAUSE, timedelta(days=1)) → max(PAUSE, timedelta(days=1))", [1, 2], 86400),
    ],
)
def test_a_program_that_runs_has_the_fault_when_it_was_put_in(
    path: Path, fault: str, due: list[int], pause: float
) -> None:
    functions = functions_of([path])[str(path.resolve())]
    before = {function.__name__: function for function in functions}
    assert (before["due"](2, [2, 1]), before["pause"]()) == ([1, 2], 20)
    (chosen,) = [each for each in mutations(path) if f"{each.before} → {each.after}" == fault]
    put_in(chosen, functions)
    assert (before["due"](2, [2, 1]), before["pause"]()) == (due, pause)


def test_each_fault_that_is_listed_as_none_can_still_be_put_in() -> None:
    """Else it was about code that has changed, and nobody has looked at the new one."""
    lines = {line for line in listed_as_equivalent() if line.startswith("- ")}
    files = {found[1] for line in lines if (found := re.match("- `([^`]+)`", line))}
    assert files
    assert lines <= {listed(asdict(fault)) for file in files for fault in mutations(Path(file))}
