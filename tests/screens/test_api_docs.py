"""The page to try the API, on a phone and in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import Window
from tests.screens.looks import DESKTOP, WCAG, is_accessible_in_light_and_dark_on_phone_and_desktop

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = "/api/v1/docs/"
# Not ours to mend, and said so in the accessibility statement: buttons inside what can be clicked itself, and
# examples that are scrolled sideways.
SWAGGERS_OWN = {"nested-interactive", "scrollable-region-focusable"}


# Swagger UI changes its colours in a listener, some time after the browser's preference has changed.
DARK = "rgb(28, 32, 34)"


def test_the_page_to_try_the_api_can_be_read_and_left(window: Callable[..., Window]) -> None:
    here = window(None, viewport=DESKTOP)
    here.go(DOCS)
    here.page.locator(".opblock-summary-control").first.click()
    expect(here.page.locator(".opblock-body").first).to_be_visible()
    is_accessible_in_light_and_dark_on_phone_and_desktop(here, "api docs", WCAG, known=SWAGGERS_OWN)
    ground = here.page.locator("html")
    expect(ground).to_have_css("background-color", DARK)
    here.page.emulate_media(color_scheme="light")
    expect(ground).not_to_have_css("background-color", DARK)
    assert here.complaints == []
    assert here.missing == []

    here.page.get_by_role("link", name="Access tokens").click()
    expect(here.page.locator("#username")).to_be_visible()
