"""What the linters of styles do not know of the oldest browsers that are served (package.json).

`content` with words for screen readers is not understood before Safari 17.4 and Firefox 128, and `user-select` by no
Safari: each has a line for them before it.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.structure.tree import ROOT

STYLES = sorted([*ROOT.glob("static/**/*.css"), *ROOT.glob("mdocs/sandbox/static/*.css")])
WITH_WORDS = re.compile(r"""(?P<before>[^{]*)content:\s*(?P<shown>"[^"]*"|'[^']*')\s*/\s*["']""")
SELECT = re.compile(r"(?P<before>[^{]*)(?<!-)\buser-select:\s*(?P<value>[\w-]+)")


def without_plain_content(css: str) -> Iterator[str]:
    """Find what a browser shows nothing for that does not know the words behind the slash."""
    for found in WITH_WORDS.finditer(css):
        if not re.search(rf"content:\s*{re.escape(found['shown'])}\s*;", found["before"]):
            yield found["shown"]


def without_webkit(css: str) -> Iterator[str]:
    """Find what Safari lets somebody select otherwise than meant."""
    for found in SELECT.finditer(css):
        if not re.search(rf"-webkit-user-select:\s*{found['value']}\s*;", found["before"]):
            yield found["value"]


@pytest.mark.parametrize("search", [without_plain_content, without_webkit])
def test_the_oldest_browsers_have_a_line_of_their_own(search: Callable[[str], Iterator[str]]) -> None:
    assert len(STYLES) > 15
    assert {file.name: found for file in STYLES if (found := list(search(file.read_text())))} == {}


def test_what_lacks_it_is_found() -> None:
    assert list(without_plain_content('a::before { content: "✓" / ""; }')) == ['"✓"']
    assert not list(without_plain_content('a::before { content: "✓"; content: "✓" / ""; }'))
    assert list(without_webkit("a { user-select: all; }")) == ["all"]
    assert not list(without_webkit("a { -webkit-user-select: all; user-select: all; }"))
