"""A printed page: dark on white whatever the screen is like, nothing to click, no page too many."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mdocs.statuses import Status
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE, with_order

pytestmark = pytest.mark.django_db(transaction=True)


def printed(page: Page) -> int:
    """Print a page on A4, and say how many sheets that takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_a_dark_screen_prints_as_a_light_one(window: Callable[..., Window]) -> None:
    here = window(with_order(Status.COLLECTED)(), color_scheme="dark")
    here.go(PAGE)
    here.page.emulate_media(media="print")
    mark = here.page.locator(".condition-met").first
    assert mark.evaluate("each => getComputedStyle(each, '::before').color") == "rgb(27, 107, 58)"
    expect(here.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_sheet_says_whose_it_is_and_has_nothing_to_click(window: Callable[..., Window]) -> None:
    user = with_order(Status.READY)()
    here = window(user)
    here.go(PAGE)
    here.page.emulate_media(media="print")
    expect(here.page.locator(".brand-name")).to_be_visible()
    account = here.page.locator(".site-header-tools .account-name")
    expect(account).to_be_visible()
    expect(account).to_contain_text(user.get_full_name() or user.username)
    for each in here.page.locator("button, .button, nav").all():
        expect(each).to_be_hidden()
    expect(here.page.locator(".codes")).to_be_hidden()


def test_what_fits_on_one_sheet_takes_one(window: Callable[..., Window]) -> None:
    here = window(with_order(Status.COLLECTED)())
    here.go(PAGE)
    assert printed(here.page) == 1


def test_open_codes_are_printed_in_one_piece(window: Callable[..., Window]) -> None:
    here = window(with_order(Status.READY)())
    here.go(PAGE)
    here.page.locator("[data-show-codes]").click()
    here.page.wait_for_selector("[data-codes]")
    here.page.emulate_media(media="print")
    expect(here.page.locator(".qr")).to_be_visible()
    expect(here.page.locator(".codes")).to_have_css("break-inside", "avoid")
    assert printed(here.page) == 2


def test_answers_that_are_folded_away_are_printed(window: Callable[..., Window]) -> None:
    here = window(None)
    here.go("/pomoc/")
    before = printed(here.page)
    here.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert printed(here.page) == before
