"""The portal as an installable app: Chromium's own check, its shortcuts, and the number on its icon."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from mdocs import orders
from mdocs.models import OrderEvent
from notifications.messages.creation import create_messages
from students.models import User
from tests.browser import CHROMIUM, OPTIONS
from tests.screens.conftest import Window, wait_in_page
from tests.screens.scenes import PAGE, student

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGES = "/dla-studentow/wiadomosci/"
# The platform's badge is no part of a page: what it is told is written down.
BADGE = """() => {
    const tell = (number) => {
        sessionStorage.setItem("badge", String(number));
        return Promise.resolve();
    };
    navigator.setAppBadge = tell;
    navigator.clearAppBadge = () => tell(0);
}"""


@pytest.fixture
def kept(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Return a page of a browser that keeps what it is given: a private window can install nothing."""
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=OPTIONS, locale="pl-PL"
    )
    yield context.pages[0]
    context.close()


def errors(page: Page) -> Any:
    tool = page.context.new_cdp_session(page)
    return tool.send("Page.getInstallabilityErrors")["installabilityErrors"]


def test_chromium_finds_nothing_against_installing_it(kept: Page, live_server: Any) -> None:
    kept.goto(f"{live_server.url}/logowanie/")
    assert errors(kept) == []
    tool = kept.context.new_cdp_session(kept)
    found = tool.send("Page.getAppManifest")
    assert found["errors"] == [] and found["url"].endswith("/manifest.webmanifest")
    kept.evaluate("document.querySelector('[rel=manifest]').remove()")
    assert [error["errorId"] for error in errors(kept)] == ["no-manifest"], "the check can fail"


def test_its_shortcuts_lead_to_pages_of_a_student(window: Callable[..., Window]) -> None:
    here = window(student().user)
    here.go(PAGE)
    manifest = here.page.request.get("/manifest.webmanifest").json()
    assert [shortcut["name"] for shortcut in manifest["shortcuts"]] == [
        "mLegitymacja",
        "Wiadomości",
        "Moje dane",
    ]
    for shortcut in manifest["shortcuts"]:
        assert here.go(shortcut["url"]).status == 200
        assert here.page.get_by_role("heading", level=1).inner_text() == shortcut["name"]
        assert here.page.request.get(shortcut["icons"][0]["src"]).status == 200


@pytest.fixture
def user(db: None) -> User:
    """Return a student with an unread message."""
    who = student()
    orders.place(who, by=who.user)
    create_messages(list(OrderEvent.objects.select_related("order__student__user")), timezone.now())
    return who.user


def test_the_icon_has_the_number_of_unread_messages_until_they_are_read_or_nobody_is_signed_in(
    window: Callable[..., Window], user: User
) -> None:
    here = window(user)
    here.page.add_init_script(f"({BADGE})()")
    here.go(PAGE)
    wait_in_page(here.page, "sessionStorage.badge === '1'")
    here.go(MESSAGES)
    here.page.get_by_role("button", name="Oznacz jako przeczytane").click()
    wait_in_page(here.page, "sessionStorage.badge === '0'")
    user.student.messages.update(read_at=None)
    here.go(PAGE)
    wait_in_page(here.page, "sessionStorage.badge === '1'")
    here.page.context.clear_cookies()
    here.go(PAGE)
    wait_in_page(here.page, "sessionStorage.badge === '0'")
