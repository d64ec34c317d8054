"""How pages are looked at: what axe says of them, what is left of Polish, and pictures for people.

With SCREENSHOTS=FOLDER in the environment, pictures are left there.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from students.models import User
from tests.screens.conftest import Window

# WCAG 2.1 AA (ustawa o dostępności cyfrowej, art. 5), and what axe's authors count as good practice.
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
RULES = (*WCAG, "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
PHONE, DESKTOP = ViewportSize(width=320, height=640), ViewportSize(width=1280, height=900)
POLISH = re.compile(
    r"\w*[ąćęłńóśźż]\w*|\b(?:albo|dla|jest|lub|na|nie|numer|oraz|przez|stan|się|zamówienie)\b",
    re.IGNORECASE,
)
# What the app mObywatel shows is quoted as it stands there; names are names.
AS_IT_IS = re.compile(
    r"“[^”]*”|Elektroniczna Legitymacja Studencka|Rzecznik Praw Obywatelskich|ul\. Stawki|Zażółć|Gęślą-Jaźń"
    r"|Akademia Ignatianum w Krakowie|mLegitymacja studencka|\((?:urząd gminy|numer albumu)\)"
)
TEXT = """() => [
    document.title, document.body.innerText,
    ...[...document.querySelectorAll('[alt], [aria-label], [placeholder]')].flatMap(
        each => ['alt', 'aria-label', 'placeholder'].map(name => each.getAttribute(name) ?? '')),
].join('\\n')"""
PICTURES = os.environ.get("SCREENSHOTS")
EVERYTHING = [("light", DESKTOP), ("dark", PHONE)]
PICTURED = (360, 768, 1280)  # px

# Days, and the manual's "I-go", that stand in two lines: browsers break them at a space or a hyphen.
BROKEN_DATES = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main, #content"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const match of walker.currentNode.data.matchAll(/\d{4}-\d\d-\d\d|\b\d{1,2} \p{L}+ \d{4}|\b[IVX]+-go/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, match.index);
      range.setEnd(walker.currentNode, match.index + match[0].length);
      if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) found.push(match[0]);
    }
  }
  return found;
}"""

# Listeners of a changed preference have run, and colours that change slowly have changed.
SETTLED = """() => new Promise((settled) => requestAnimationFrame(() => requestAnimationFrame(async () => {
  const changing = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(changing.map((each) => each.finished));
  settled();
})))"""


def picture(window: Window, name: str) -> None:
    """Leave pictures of a page, if somebody wants to look at them."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        for width in PICTURED:
            window.page.set_viewport_size({"width": width, "height": 800})
            window.page.screenshot(path=Path(PICTURES) / f"{name} {width}.png", full_page=True)


def violations(window: Window, rules: tuple[str, ...] = RULES) -> list[str]:
    """Return what axe finds, as one line each that says where."""
    return violations_on(window.page, rules)


def violations_on(page: Page, rules: tuple[str, ...] = RULES, *, within: str = "html") -> list[str]:
    """Return what axe finds in a part of a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = [within, {"runOnly": list(rules), "resultTypes": ["violations"]}]
    found: dict[str, Any] = page.evaluate("([part, options]) => axe.run(part, options)", asked)
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def unfold(window: Window) -> None:
    """Open all that is folded away, so that it is looked at too."""
    window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def polish_words(window: Window, user: User | None) -> list[str]:
    """Return what is Polish in the texts of a page, but for the names of whoever looks at it."""
    text = AS_IT_IS.sub("", window.page.evaluate(TEXT))
    for known in filter(None, [user.get_full_name(), user.username, user.email] if user else []):
        text = text.replace(known, "")
    return POLISH.findall(text)


def width(window: Window) -> int:
    """Return how wide a page is (px), which is more than its window where something runs out of it."""
    return int(window.page.evaluate("document.documentElement.scrollWidth"))


def is_accessible_in_light_and_dark_on_phone_and_desktop(
    window: Window, name: str, rules: tuple[str, ...] = RULES, *, known: Collection[str] = ()
) -> None:
    """Ask axe about a page with everything unfolded, but for what is `known`, and see that it fits."""
    themes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
    for theme in themes:
        window.page.emulate_media(color_scheme=theme)
        picture(window, f"{name} {theme}")
        for size in (DESKTOP, PHONE):
            window.page.set_viewport_size(size)
            unfold(window)
            window.page.evaluate(SETTLED)
            # What hangs on colours is looked at everywhere, everything else once at each size.
            asked = rules if (theme, size) in EVERYTHING else COLOURS
            found = [each for each in violations(window, asked) if each.partition(":")[0] not in known]
            assert found == [], f"{theme} at {size['width']} px"
            assert width(window) <= size["width"], f"{name} at {size['width']} px"


def dates_stay_in_one_line(window: Window) -> None:
    """Look for dates that are broken, on phones of every width and in wider windows."""
    for across in (*range(320, 420, 10), 600, 768, 1024, 1280):
        window.page.set_viewport_size({"width": across, "height": 800})
        assert window.page.evaluate(BROKEN_DATES) == [], f"at {across} px"
