"""The camera of the page for scanning, seen by a real browser: a film of barcodes, a refusal, no camera at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from students.half_years import next_half_year_end
from students.models import CardExtension, Programme
from students.roles import CLERK
from tests.browser import chromium
from tests.students.cards.camera import barcode, blank, write_film
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_member, make_programme

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = "80001234567890", "80001234567906"
CAMERA = "--use-fake-device-for-media-stream"
Open = Callable[..., Page]


@pytest.fixture
def opened(live_server: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a function that opens the page in a browser with options; errors of scripts or policy fail the test."""
    monkeypatch.setenv(
        "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
    )  # playwright has a loop of its own; queries are ours
    client.force_login(make_member(CLERK, make_programme().faculty))
    complaints: list[str] = []
    with ExitStack() as browsers:

        def open_page(*options: str, permissions: tuple[str, ...] = ("camera",)) -> Page:
            browser = browsers.enter_context(chromium(*options))
            context = browser.new_context(locale="pl-PL", viewport={"width": 360, "height": 800})
            context.grant_permissions(list(permissions))
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.goto(f"{live_server.url}/admin/students/studentcard/scan/")
            page.locator("#id_until").fill(next_half_year_end(timezone.localdate()).isoformat())
            return page

        yield open_page
        connections.close_all()  # inside playwright's loop Django has a connection of its own
    assert complaints == []


def make_cards(*numbers: str) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    for number in numbers:
        make_card_in_use(Programme.objects.get(), barcode_number=number, valid_until=tomorrow)


def playing(film: Path) -> tuple[str, ...]:
    return CAMERA, f"--use-file-for-fake-video-capture={film}"


def test_cards_held_to_the_camera_are_extended_each_once(opened: Open, tmp_path: Path) -> None:
    make_cards(FIRST, SECOND)
    scenes = [(barcode(FIRST), 4.0), (blank(), 3.0), (barcode(SECOND), 4.0), (blank(), 60.0)]
    page = opened(*playing(write_film(tmp_path / "cards.mjpeg", *scenes)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    toggle = page.get_by_role("button", name="Skanuj aparatem")
    expect(page.locator("#camera-view")).to_be_hidden()
    toggle.click()
    answer = page.locator("#scan-answer")
    expect(answer).to_contain_text(FIRST)
    expect(answer).to_contain_text("Przedłużona do")
    expect(page.locator("#camera-view")).to_have_attribute("data-tone", "success")
    expect(answer).to_contain_text(SECOND)
    expect(page.locator(".scan-list tbody tr.success")).to_have_count(2)
    expect(page.locator(".scan-list tbody tr")).to_have_count(2)
    assert CardExtension.objects.count() == 2
    assert any("zxing" in address for address in asked), "loaded when the camera was opened"
    page.get_by_role("button", name="Wyłącz aparat").click()
    expect(page.locator("#camera-view")).to_be_hidden()
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_a_card_that_stays_in_the_picture_is_scanned_once_and_again_when_it_comes_back(
    opened: Open, tmp_path: Path
) -> None:
    make_cards(FIRST)
    page = opened(*playing(write_film(tmp_path / "card.mjpeg", (barcode(FIRST), 6.0), (blank(), 3.0))))
    page.get_by_role("button", name="Skanuj aparatem").click()
    rows = page.locator(".scan-list tbody tr")
    expect(rows).to_have_count(1)
    page.wait_for_timeout(1500)
    expect(rows).to_have_count(1)
    expect(rows).to_have_count(2)  # the film begins anew
    expect(page.locator("#scan-answer .warning")).to_be_visible()
    assert CardExtension.objects.count() == 1


def test_where_the_browser_reads_barcodes_itself_no_library_is_loaded(opened: Open, tmp_path: Path) -> None:
    """Chromium on Linux has no BarcodeDetector; this one reads what a phone's would."""
    make_cards(FIRST)
    page = opened(*playing(write_film(tmp_path / "card.mjpeg", (blank(), 2.0))))
    page.add_init_script(
        "window.BarcodeDetector = class { static getSupportedFormats() { return Promise.resolve(['itf']); }"
        f" detect() {{ return Promise.resolve([{{ rawValue: '{FIRST}' }}]); }} }};"
    )
    page.reload()
    page.locator("#id_until").fill(next_half_year_end(timezone.localdate()).isoformat())
    page.get_by_role("button", name="Skanuj aparatem").click()
    expect(page.locator(".scan-list tbody tr.success")).to_have_count(1)
    assert page.evaluate("window.ZXing") is None


def test_a_camera_that_is_refused_is_said(opened: Open) -> None:
    page = opened(CAMERA, permissions=())
    page.get_by_role("button", name="Skanuj aparatem").click()
    expect(page.get_by_role("alert").filter(has_text="nie ma zgody na użycie aparatu")).to_be_visible()
    expect(page.get_by_role("button", name="Skanuj aparatem")).to_be_visible()


def test_no_camera_at_all_is_said(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Skanuj aparatem").click()
    expect(page.get_by_role("alert").filter(has_text="Nie znaleziono aparatu")).to_be_visible()
