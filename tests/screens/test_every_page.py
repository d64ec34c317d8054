"""Each page in each state is accessible, fits a small phone, and asks nobody else for anything."""

from collections.abc import Callable

import pytest

from tests.screens.conftest import Window
from tests.screens.looks import COLOURS, DESKTOP, PHONE, RULES, picture, unfold, violations
from tests.screens.scenes import SCENES

pytestmark = pytest.mark.django_db(transaction=True)

EVERYTHING = [("light", DESKTOP), ("dark", PHONE)]

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
            # What hangs on colours is looked at everywhere, everything else once at each size.
            rules = RULES if (theme, size) in EVERYTHING else COLOURS
            assert violations(here, rules) == [], f"{theme} at {size['width']} px"
            wide = here.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} is {wide} px wide at {size['width']} px"
    for width in range(320, 420, 10):
        here.page.set_viewport_size({"width": width, "height": 800})
        assert here.page.evaluate(BROKEN_DATES) == [], f"at {width} px"
    assert here.complaints == []
    assert here.missing == []
    elsewhere = [address for address in here.requests if not address.startswith(here.url)]
    assert elsewhere == [], "the page asks another host"
