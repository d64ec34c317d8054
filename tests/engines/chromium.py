"""Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Error, Page

from tests import browser
from tests.engines.server import SecureServer
from tests.waiting import PATIENCE


class ChromiumDriver:
    """Driver of a page of Playwright."""

    gone: tuple[type[Exception], ...] = (Error,)

    def __init__(self, page: Page) -> None:
        """Drive this page."""
        self.page = page
        page.set_default_timeout(PATIENCE * 1000)

    def open(self, url: str) -> None:
        """Go to an address."""
        with suppress(Error):
            self.page.goto(url)

    def back(self) -> None:
        """Press Back."""
        self.page.go_back(wait_until="commit")

    def click(self, xpath: str) -> None:
        """Click an element."""
        self.page.locator(f"xpath={xpath}").click()

    def type(self, xpath: str, text: str) -> None:
        """Press the keys of a text in an element."""
        self.page.locator(f"xpath={xpath}").press_sequentially(text)

    def run(self, script: str) -> Any:
        """Run a script in the page."""
        return self.page.evaluate(f"() => {{ {script} }}")

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Take the network away."""
        self.page.context.set_offline(True)
        yield
        self.page.context.set_offline(False)


@contextmanager
def chromium(_server: SecureServer) -> Iterator[ChromiumDriver]:
    """Start Chromium; with the back-forward cache, which Playwright turns off."""
    with browser.chromium("--ignore-certificate-errors", keeps_pages=True) as started:
        context = started.new_context(locale="pl-PL", ignore_https_errors=True)
        yield ChromiumDriver(context.new_page())
