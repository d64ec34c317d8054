"""How pages are looked at: what axe says of them, with everything folded open, and pictures for people.

With SCREENSHOTS=FOLDER in the environment, pictures are left there.
"""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.screens.conftest import Window

# WCAG 2.1 AA (ustawa o dostępności cyfrowej, art. 5), and what axe's authors count as good practice.
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
RULES = (*WCAG, "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
PHONE, DESKTOP = ViewportSize(width=320, height=640), ViewportSize(width=1280, height=900)
PICTURES = os.environ.get("SCREENSHOTS")
PICTURED = (360, 768, 1280)  # px


def picture(window: Window, name: str) -> None:
    """Leave pictures of a page, if somebody wants to look at them."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        for width in PICTURED:
            window.page.set_viewport_size({"width": width, "height": 800})
            window.page.screenshot(path=Path(PICTURES) / f"{name} {width}.png", full_page=True)


def violations(window: Window, rules: tuple[str, ...] = RULES) -> list[str]:
    """Return what axe finds, as one line each that says where."""
    found: dict[str, Any] = Axe().run(window.page, options={"runOnly": list(rules)}).response
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def unfold(window: Window) -> None:
    """Open all that is folded away, so that it is looked at too."""
    window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
