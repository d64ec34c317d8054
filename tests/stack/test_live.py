"""The portal itself goes away while a student looks at the page, and comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER, PAGE
from tests.waiting import PATIENCE


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    """Return the page of a student who may order, open in a browser."""
    (student,) = stack.students(1)
    with browser.new_context(locale="pl-PL", base_url=stack.url) as context:
        context.add_cookies(
            [{"name": "sessionid", "value": student.http.cookies["sessionid"], "url": stack.url}]
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(PAGE)
        yield page


def test_the_page_outlives_a_restart_of_the_portal(stack: Stack, page: Page, tmp_path: Path) -> None:
    stack.sandbox.behave(processing_seconds=[3600, 3600])  # as long as the test wants
    page.get_by_role("button", name=ORDER).click()
    expect(page.locator(".status")).to_have_text("w trakcie")
    page.evaluate("window.stayed = true")
    note = page.locator("#live-away")
    with stack.unattended():
        stack.kill("web")
        expect(note).to_be_visible()
        expect(note).to_contain_text("Nie ma połączenia z portalem. Ostatnio sprawdzone o ")
        page.screenshot(path=tmp_path / "away.png", full_page=True)
    stack.sandbox.behave(processing_seconds=[0, 0])
    expect(note).to_be_hidden()
    expect(page.locator(".status")).to_have_text("gotowy do pobrania")
    assert page.evaluate("window.stayed"), "it was loaded again"
