"""What people come for is on the first screen: the verdict and its button, and the codes together."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from mdocs.models import Breaker
from tests.mdocs.factories import set_breaker
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE, SCENES, student

pytestmark = pytest.mark.django_db(transaction=True)

SMALL_PHONE, PHONE = ViewportSize(width=360, height=640), ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=720)
HEADING_AT_MOST = 140  # px from the top of a phone's window
STATES = [name for name, scene in SCENES.items() if scene.path == PAGE]  # all of the student's page


def bottom(part: Locator) -> float:
    """Say how far down a part of the page reaches (px)."""
    box = part.bounding_box()
    assert box is not None, "it is not to be seen"
    return box["y"] + box["height"]


def fits(here: Window, size: ViewportSize) -> None:
    """See that the answer and its button, if there is one, are on the first screen."""
    assert bottom(here.page.locator("h2").first) < size["height"], size
    button = here.page.locator("#status .button").first
    if button.count():
        assert bottom(button) <= size["height"], size


@pytest.mark.parametrize("name", STATES)
def test_the_answer_and_its_button_are_seen_without_scrolling(
    window: Callable[..., Window], name: str
) -> None:
    scene = SCENES[name]
    user = scene.make()
    here = window(user, viewport=SMALL_PHONE)
    for size in (SMALL_PHONE, DESKTOP):
        here.page.set_viewport_size(size)
        here.go(scene.address(user))
        if size == SMALL_PHONE:
            top = here.page.locator("h1").bounding_box()
            assert top and top["y"] <= HEADING_AT_MOST
        fits(here, size)


@pytest.mark.parametrize("outage", [False, True])
def test_what_was_just_done_leaves_them_there(window: Callable[..., Window], outage: bool) -> None:
    user = student().user
    if outage:
        set_breaker(Breaker.State.OPEN)
    here = window(user, viewport=SMALL_PHONE)
    for button, said in (
        ("Zamów mLegitymację", "Zamówienie zostało przyjęte."),
        ("Anuluj zamówienie", "Zamówienie zostało anulowane."),
    ):
        here.go(PAGE)
        here.page.get_by_role("button", name=button).click()
        expect(here.page.get_by_text(said)).to_be_visible()
        for size in (SMALL_PHONE, DESKTOP):
            here.page.set_viewport_size(size)
            here.page.evaluate("scrollTo(0, 0)")
            fits(here, size)
        here.page.set_viewport_size(SMALL_PHONE)


def test_both_codes_are_seen_together_on_a_phone(window: Callable[..., Window]) -> None:
    scene = SCENES["order ready"]
    user = scene.make()
    here = window(user, viewport=PHONE)
    here.go(scene.address(user))
    here.page.locator("[data-show-codes]").click()
    here.page.locator(".activation-code").wait_for()
    picture, code = here.page.locator(".qr"), here.page.locator(".activation-code")
    box = picture.bounding_box()
    assert box and box["y"] >= 0
    assert bottom(code) <= PHONE["height"]


def test_the_menu_of_a_phone_leads_everywhere_without_scripts(window: Callable[..., Window]) -> None:
    scene = SCENES["may order"]
    user = scene.make()
    here = window(user, viewport=PHONE, java_script_enabled=False)
    here.go(scene.address(user))
    menu = here.page.get_by_role("navigation", name="Menu")
    assert not menu.is_visible()
    here.page.get_by_text("Menu", exact=True).click()
    assert menu.get_by_role("link", name="mLegitymacja", exact=True).get_attribute("aria-current") == "page"
    menu.get_by_role("link", name="Moje dane", exact=True).click()
    here.page.wait_for_url("**/moje-dane/")
