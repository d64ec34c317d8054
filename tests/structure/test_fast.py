"""`--fast` leaves out what needs a browser or a whole portal, and nothing that is not there."""

import re

from tests.plugin import LEFT_OUT
from tests.structure.tree import ROOT

TAKES_LONG = re.compile(
    r"^from tests\.(browser|engines|running|stack|scale|screens)\b|^(from|import) playwright", re.MULTILINE
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
