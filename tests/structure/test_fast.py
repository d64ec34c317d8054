"""`--fast` leaves out what needs a browser, a whole portal or others' programs, and nothing that is not there."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.plugin import LEFT_OUT, left_out
from tests.structure.tree import ROOT

TAKES_LONG = re.compile(
    r"^from tests\.(browser|engines|running|stack|scale|screens|published|deploy\.(machine|nginx))\b"
    r"|^(from|import) playwright",
    re.MULTILINE,
)


def test_what_it_leaves_out_is_there() -> None:
    assert [place for place in LEFT_OUT if not (ROOT / place).exists()] == []


def test_it_runs_no_browser_and_no_whole_portal() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "tests").rglob("test_*.py")
        if TAKES_LONG.search(file.read_text())
    }
    assert len(found) > 10, "the search finds what is there"
    assert {file for file in found if not file.startswith(tuple(LEFT_OUT))} == set()


@pytest.mark.parametrize(
    ("named", "runs"),
    [
        ("tests", set()),
        ("tests/mlegitymacja_portal", set()),
        ("tests/mlegitymacja_portal/test_access.py", {"tests/mlegitymacja_portal/test_access.py"}),
        ("tests/running/test_commits.py::test_it", {"tests/running"}),
    ],
)
def test_what_is_named_is_run(named: str, runs: set[str]) -> None:
    place: Any = SimpleNamespace(dir=ROOT)
    config: Any = SimpleNamespace(option=SimpleNamespace(fast=True), args=[named], invocation_params=place)
    assert LEFT_OUT.keys() - left_out(config).keys() == runs
