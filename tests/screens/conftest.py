"""A portal in the test's own database, and the system's Chromium in front of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Error, Page, Response

from students.models import User
from tests.accounts.recently import password_given
from tests.browser import chromium
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; gone with the folder, since other tests start one of their own."""
    # Playwright runs a loop in the thread of the tests; what they ask the database is not asked from inside it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with chromium() as browser:
            yield browser


_NO_COMPLAINT = ("Failed to load resource", "Service Worker registration blocked")


class Window:
    """A window of somebody's browser: where it has been sent, what it could not load, what it complained of."""

    def __init__(self, browser: Browser, url: str, user: User | None, **options: Any) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.missing: list[str] = []  # styles, scripts and pictures that did not come
        # What a test holds up on its way has to go that way: tests of the service worker allow it.
        usual = {"locale": "pl-PL", "service_workers": "block"}
        context = browser.new_context(base_url=url, **{**usual, **options})
        if user is not None:
            client = Client()
            client.force_login(user)
            password_given(client)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
        context.set_default_timeout(PATIENCE * 1000)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self._complain(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", lambda answer: self._note_missing(answer))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _note_missing(self, answer: Response) -> None:
        if answer.status >= 400 and answer.request.resource_type != "document":
            self.missing.append(answer.url)

    def _complain(self, kind: str, text: str) -> None:
        # An answer that is an error is what some pages are about; the second is Playwright's own, see `usual`.
        if kind in {"error", "warning"} and not any(known in text for known in _NO_COMPLAINT):
            self.complaints.append(text)

    def go(self, path: str) -> Response:
        """Open a page, and wait until it has been drawn."""
        answer = self.page.goto(path)
        assert answer is not None
        self.page.wait_for_load_state("load")
        return answer


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[Callable[..., Window]]:
    """Return a way to open a window for a user, with the options of a Playwright context."""
    opened: list[Window] = []

    def open_window(user: User | None, **options: Any) -> Window:
        opened.append(Window(browser, live_server.url, user, **options))
        return opened[-1]

    yield open_window
    for each in opened:
        each.page.context.close()


def wait_in_page(page: Page, condition: str) -> None:
    """Wait for a condition in JavaScript, in whatever page the window has by then.

    Playwright's own wait needs an `eval` that the page's policy forbids.
    """

    def holds() -> bool:
        try:
            return bool(page.evaluate(f"Boolean({condition})"))
        except Error as error:
            if "Execution context was destroyed" not in str(error):
                raise
            return False  # it went on to the next page meanwhile

    wait_until(holds)
