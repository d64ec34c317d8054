"""The page for people in a real browser: what the script saves its users."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import qrcode
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.mdocs.sandbox.university import University
from tests.mdocs.sandbox_process import Sandbox


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(sandbox: Sandbox, browser: Browser) -> Iterator[Page]:
    """Return the sandbox's page in a narrow window; an error of its script fails the test."""
    with browser.new_context(locale="pl-PL", viewport={"width": 320, "height": 700}) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(sandbox.url)
        yield page
    assert errors == []


def test_a_student_adds_a_document_and_sees_it_revoked_without_touching_anything(
    page: Page, university: University, tmp_path: Path
) -> None:
    order = university.order()
    picture = tmp_path / "kod.png"
    qrcode.make(order["qr_token"]).save(str(picture))
    telephone, inspector = page.locator("#telefon"), page.locator("#kontrola")

    telephone.get_by_label("Zdjęcie lub zrzut ekranu").set_input_files(picture)
    expect(telephone.get_by_label("tekst kodu QR")).to_have_value(order["qr_token"])

    telephone.get_by_label("Kod aktywacyjny").fill("WRONG1")
    telephone.get_by_role("button", name="Dodaj dokument").click()
    expect(telephone.get_by_role("alert")).to_be_focused()

    telephone.get_by_label("Kod aktywacyjny").fill(order["activation_code"])
    telephone.get_by_role("button", name="Dodaj dokument").click()
    expect(page.locator("#dokument-status")).to_have_text("ważna")
    expect(page.locator("#zamowienia-wiersze")).to_contain_text("odebrana")

    telephone.get_by_role("button", name="Pokaż do kontroli").click()
    expect(inspector).to_contain_text("Dokument jest ważny")

    university.revoke(order["order_id"])
    expect(page.locator("#dokument-status")).to_have_text("unieważniona")

    telephone.get_by_role("button", name="Pokaż do kontroli").click()
    expect(inspector).to_contain_text("Dokument nie jest ważny")


def test_a_new_order_appears_by_itself_and_the_page_never_scrolls_sideways(
    page: Page, university: University
) -> None:
    order = university.order()

    expect(page.locator("#zamowienia-wiersze")).to_contain_text(order["order_id"])

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_sandbox_that_is_gone_is_said_and_its_return_is_noticed(page: Page) -> None:
    with Sandbox() as sandbox:
        page.goto(sandbox.url)
        sandbox.stop()
        expect(page.locator("#connection")).to_have_text("Piaskownica nie odpowiada.")
        sandbox.start()
        expect(page.locator("#connection")).to_be_empty()
