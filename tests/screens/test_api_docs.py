"""The page to try the API, on a phone and in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import Window
from tests.screens.looks import DESKTOP, PHONE, WCAG, picture, violations

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = "/api/v1/docs/"
# Not ours to mend, and said so in the accessibility statement: buttons inside what can be clicked itself, and
# examples that are scrolled sideways.
SWAGGERS_OWN = {"nested-interactive", "scrollable-region-focusable"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_to_try_the_api_can_be_read_and_fits_a_phone(
    window: Callable[..., Window], theme: str
) -> None:
    here = window(None, color_scheme=theme, viewport=DESKTOP)
    here.go(DOCS)
    here.page.locator(".opblock-summary-control").first.click()
    expect(here.page.locator(".opblock-body").first).to_be_visible()
    ground = here.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(28, 32, 34)") is (theme == "dark")
    picture(here, f"api docs {theme}")
    for size in (DESKTOP, PHONE):
        here.page.set_viewport_size(size)
        assert [each for each in violations(here, WCAG) if each.partition(":")[0] not in SWAGGERS_OWN] == []
        assert here.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert here.complaints == []
    assert here.missing == []


def test_there_is_a_way_back_to_the_portal(window: Callable[..., Window]) -> None:
    here = window(None)
    here.go(DOCS)
    here.page.get_by_role("link", name="Access tokens").click()
    expect(here.page.locator("#username")).to_be_visible()
