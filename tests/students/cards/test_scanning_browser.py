"""Under a real barcode reader's speed: no scan is lost, none is done twice, and the focus never leaves the field."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from students.half_years import next_half_year_end
from students.models import CardExtension, Programme
from students.roles import CLERK
from tests.browser import chromium
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_member, make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Return the system's Chromium."""
    # playwright has a loop of its own; queries are ours
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(live_server: Any, client: Client, browser: Browser) -> Iterator[Page]:
    """Return a page at which a clerk is signed in; an error of its script fails the test."""
    client.force_login(make_member(CLERK, make_programme().faculty))
    errors: list[str] = []
    with browser.new_context(locale="pl-PL") as context:
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{live_server.url}/admin/students/studentcard/scan/")
        page.locator("#id_until").fill(next_half_year_end(timezone.localdate()).isoformat())
        page.locator("#id_number").focus()
        yield page
        connections.close_all()  # inside playwright's loop Django has a connection of its own
    assert errors == []


def test_scans_come_faster_than_answers_and_an_answer_is_lost_on_the_way(page: Page) -> None:
    numbers = [
        make_card_in_use(
            Programme.objects.get(), valid_until=timezone.localdate() + timedelta(days=1)
        ).barcode_number
        for _ in range(5)
    ]
    lost: list[bool] = []

    def lose_one(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(True)
            route.fetch()  # it arrives, and its answer does not
            route.abort()
        else:
            route.continue_()

    page.route("**/scan/", lose_one)
    for number in numbers:
        page.keyboard.type(f"{number}\n")
    expect(page.locator(".scan-list tbody tr.success")).to_have_count(5)
    expect(page.locator("#scan-queue")).to_be_empty()
    expect(page.locator("#scan-answer")).to_contain_text(numbers[-1])
    expect(page.locator("#id_number")).to_be_focused()
    assert CardExtension.objects.count() == 5
    page.get_by_role("button", name="Cofnij ostatnie przedłużenie").click()
    expect(page.locator(".scan-list tbody tr").first).to_contain_text("Cofnięto")
    assert CardExtension.objects.filter(undone_at=None).count() == 4
