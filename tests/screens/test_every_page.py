"""Each page in each state is accessible, fits a small phone, and asks nobody else for anything.

With SCREENSHOTS=FOLDER in the environment, pictures of all of them are left there to be looked at.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.screens.conftest import Window
from tests.screens.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)

# WCAG 2.1 AA (ustawa o dostępności cyfrowej, art. 5), and what axe's authors count as good practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PHONE, DESKTOP = ViewportSize(width=320, height=640), ViewportSize(width=1280, height=900)


# Days and moments that stand in two lines: browsers break them after a hyphen.
BROKEN_DATES = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const match of walker.currentNode.data.matchAll(/\d{4}-\d\d-\d\d/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, match.index);
      range.setEnd(walker.currentNode, match.index + match[0].length);
      if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) found.push(match.input);
    }
  }
  return found;
}"""


PICTURES = os.environ.get("SCREENSHOTS")
PICTURED = (360, 768, 1280)  # px


def picture(window: Window, name: str) -> None:
    """Leave pictures of a page, if somebody wants to look at them."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        for width in PICTURED:
            window.page.set_viewport_size({"width": width, "height": 800})
            window.page.screenshot(path=Path(PICTURES) / f"{name} {width}.png", full_page=True)


def violations(window: Window) -> list[str]:
    """Return what axe finds, as one line each that says where."""
    found: dict[str, Any] = Axe().run(window.page, options=RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def unfold(window: Window) -> None:
    """Open all that is folded away, so that it is looked at too."""
    window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("name", SCENES)
def test_every_page_is_accessible_in_light_and_dark_on_phone_and_desktop(
    window: Callable[..., Window], name: str
) -> None:
    scene = SCENES[name]
    user = scene.make()
    here = window(user, viewport=DESKTOP)
    assert here.go(scene.address(user)).status == scene.status
    for theme in ("light", "dark"):
        here.page.emulate_media(color_scheme=theme)
        picture(here, f"{name} {theme}")
        for size in (DESKTOP, PHONE):
            here.page.set_viewport_size(size)
            unfold(here)
            assert violations(here) == [], f"{theme} at {size['width']} px"
            wide = here.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} is {wide} px wide at {size['width']} px"
    for width in range(320, 420, 10):
        here.page.set_viewport_size({"width": width, "height": 800})
        assert here.page.evaluate(BROKEN_DATES) == [], f"at {width} px"
    assert here.complaints == []
    assert here.missing == []
    elsewhere = [address for address in here.requests if not address.startswith(here.url)]
    assert elsewhere == [], "the page asks another host"
