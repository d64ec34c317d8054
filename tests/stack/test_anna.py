"""The whole way, in a real browser: from signing in to a document that a ticket inspector finds void."""

import re
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER, PAGE
from tests.waiting import PATIENCE

ALBUM_NUMBER = "123456"


def open_page(browser: Browser, address: str) -> Page:
    """Open an address in a window of its own."""
    page = browser.new_page(locale="pl-PL")
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(address)
    return page


def stay(page: Page) -> None:
    """Leave a mark on the page that is gone when the page is loaded again."""
    page.evaluate("window.stayed = true")


def becomes(page: Page, status: str) -> None:
    """See the status change by itself, in the page, its title and what a screen reader is told."""
    expect(page.locator(".status")).to_have_text(status)
    expect(page).to_have_title(re.compile(f"^mLegitymacja – {status} – "))
    expect(page.locator("#live-said")).to_contain_text(f"Status: {status}.")
    assert page.evaluate("window.stayed"), "it was loaded again"


def sections(page: Page) -> tuple[Locator, Locator]:
    """Give the sandbox's telephone and the inspector's one."""
    return page.locator("#telefon"), page.locator("#kontrola")


def test_anna_orders_scans_activates_and_revokes(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    portal = open_page(browser, f"{stack.url}{PAGE}")
    portal.locator("#username").fill("anna")
    portal.locator("#password").fill("demo")
    portal.get_by_role("button", name="Zaloguj się").click()

    expect(portal.locator(".conditions .visually-hidden")).to_have_text(["– spełniony"] * 7)
    portal.screenshot(path=tmp_path / "1-conditions.png", full_page=True)
    stack.sandbox.behave(processing_seconds=[10, 10])  # not before the page is there, on a busy machine
    portal.get_by_role("button", name=ORDER).click()
    expect(portal.get_by_text("Zamówienie zostało przyjęte.")).to_be_visible()
    stay(portal)
    portal.screenshot(path=tmp_path / "2-ordered.png", full_page=True)

    becomes(portal, "gotowy do pobrania")
    text, code = portal.locator("#qr-text"), portal.locator("#activation-code")
    expect(code).to_have_count(0)  # a passer-by sees no codes
    portal.get_by_role("link", name="Pokaż kod").click()
    expect(portal.locator("img.qr")).to_have_js_property("complete", True)
    screenshot = tmp_path / "3-ready.png"
    portal.screenshot(path=screenshot, full_page=True)
    (issued,) = [order for order in stack.sandbox.orders() if order["student_number"] == ALBUM_NUMBER]
    with Image.open(screenshot) as picture:
        scanned = zxingcpp.read_barcode(picture)
    assert scanned is not None
    assert scanned.text == text.input_value() == issued["qr_token"]
    assert code.inner_text() == issued["activation_code"]

    sandbox = open_page(browser, stack.sandbox.url)
    telephone, inspector = sections(sandbox)
    telephone.get_by_label("Zdjęcie lub zrzut ekranu").set_input_files(screenshot)
    expect(telephone.get_by_label("tekst kodu QR")).to_have_value(issued["qr_token"])
    telephone.get_by_label("Kod aktywacyjny").fill(code.inner_text())
    telephone.get_by_role("button", name="Dodaj dokument").click()
    expect(sandbox.locator("#dokument-status")).to_have_text("ważna")
    expect(telephone).to_contain_text("Nowak")
    sandbox.screenshot(path=tmp_path / "4-activated.png", full_page=True)
    telephone.get_by_role("button", name="Pokaż do kontroli").click()
    expect(inspector).to_contain_text("Dokument jest ważny")

    becomes(portal, "odebrana")
    expect(text).to_have_count(0)
    portal.screenshot(path=tmp_path / "5-collected.png", full_page=True)

    portal.get_by_role("button", name="Unieważnij mLegitymację").click()
    expect(portal.get_by_role("heading", name="Czy na pewno unieważnić mLegitymację?")).to_be_visible()
    portal.screenshot(path=tmp_path / "6-confirm.png", full_page=True)
    portal.get_by_role("button", name="Unieważnij mLegitymację").click()
    expect(portal.locator(".status")).to_have_text("unieważniona")
    portal.screenshot(path=tmp_path / "7-revoked.png", full_page=True)

    telephone.get_by_role("button", name="Pokaż do kontroli").click()
    expect(inspector).to_contain_text("Dokument nie jest ważny")
    sandbox.screenshot(path=tmp_path / "8-void.png", full_page=True)
    assert stack.sandbox.verify(issued["qr_token"])["valid"] is False
