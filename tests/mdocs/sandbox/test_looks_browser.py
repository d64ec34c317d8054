"""Every page of the sandbox on a phone and on a desktop, light and dark: axe finds nothing, and nothing runs out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.mdocs.sandbox.university import University, application
from tests.mdocs.sandbox_process import Sandbox
from tests.screens.looks import PICTURES, violations_on

PORTAL = "http://127.0.0.1:8000/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Sandbox, str]]:
    """Return a sandbox that knows its portal, with an order that went all its way, and the order's id."""
    with Sandbox(portal=PORTAL) as sandbox, University(sandbox) as university:
        sandbox.behave(processing_seconds=[0, 0])
        order = university.order()
        for _ in range(3):
            university.see(order["order_id"])
        sandbox.activate(order["qr_token"], order["activation_code"])
        sandbox.verify(order["qr_token"])
        university.extend(order["order_id"], "2099-10-31")
        university.revoke(order["order_id"])
        refused = application()
        sandbox.behave(processing_seconds=[0, 0], reject={refused["holder"]["pesel"]: "photo_rejected"})
        university.submit(refused)
        sandbox.behave(processing_seconds=[0, 0], outage=True)
        university.query(order["order_id"])
        sandbox.behave(processing_seconds=[0, 0])
        yield sandbox, order["order_id"]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    browser: Browser, stage: tuple[Sandbox, str], width: int, theme: str
) -> None:
    sandbox, order_id = stage
    errors: list[str] = []
    size = {"width": width, "height": 800}
    addresses = ["/", "/wywolania/1", "/wywolania/6", f"/zamowienia/{order_id}", "/wywolania/9999"]
    with browser.new_context(locale="pl-PL", viewport=size, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        for number, address in enumerate(addresses):
            page.goto(sandbox.url + address)
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/sandbox {number} {theme} {width}.png", full_page=True)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert violations_on(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert errors == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_a_phone_and_an_inspector_answer_is_accessible_too(
    browser: Browser, sandbox: Sandbox, university: University, width: int, theme: str
) -> None:
    order = university.order()
    size = {"width": width, "height": 800}
    with browser.new_context(locale="pl-PL", viewport=size, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(sandbox.url)
        telephone, inspector = page.locator("#telefon"), page.locator("#kontrola")
        telephone.get_by_label("tekst kodu QR").fill(order["qr_token"])
        telephone.get_by_label("Kod aktywacyjny").fill("WRONG1")
        telephone.get_by_role("button", name="Dodaj dokument").click()
        expect(telephone.get_by_role("alert")).to_be_visible()
        inspector.get_by_label("tekst kodu QR").fill(order["qr_token"])
        inspector.get_by_role("button", name="Sprawdź").click()
        expect(inspector).to_contain_text("Dokument nie jest ważny")
        assert violations_on(page) == []
        telephone.get_by_label("Kod aktywacyjny").fill(order["activation_code"])
        telephone.get_by_role("button", name="Dodaj dokument").click()
        telephone.get_by_role("button", name="Pokaż do kontroli").click()
        expect(inspector).to_contain_text("Dokument jest ważny")
        page.get_by_role("button", name="Kody na minutę").click()
        expect(page.locator("#zachowanie .notice")).to_be_visible()
        assert violations_on(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def open_page(browser: Browser, address: str) -> Page:
    """Return a page in a narrow window."""
    page = browser.new_context(locale="pl-PL", viewport={"width": 360, "height": 740}).new_page()
    page.goto(address)
    return page


def test_the_portal_is_one_click_away_where_it_is_known(
    browser: Browser, stage: tuple[Sandbox, str], sandbox: Sandbox
) -> None:
    with University(sandbox):
        page = open_page(browser, sandbox.url)
        expect(page.get_by_role("link", name="Portal studenta")).to_have_count(0)
    for address in ("/", f"/zamowienia/{stage[1]}", "/wywolania/1"):
        page.goto(stage[0].url + address)
        expect(page.get_by_role("link", name="Portal studenta")).to_have_attribute("href", PORTAL)
    page.context.close()


def test_a_story_goes_on_by_itself_and_leads_to_its_calls_and_back(
    browser: Browser, sandbox: Sandbox, university: University
) -> None:
    order = university.order()
    page = open_page(browser, sandbox.url)
    page.get_by_role("link", name=order["order_id"]).click()
    story = page.locator(".story")
    expect(story).to_contain_text("do odbioru")
    university.cancel(order["order_id"])
    expect(story).to_contain_text("anulowana")
    expect(page.locator("#zamowienie-stan")).to_have_text("anulowana")
    story.get_by_role("link", name="cancel").click()
    expect(page.locator("main")).to_contain_text('"reason": "holder_request"')
    page.get_by_role("link", name="Poprzednie").click()
    expect(page.locator("h1")).to_contain_text("Wywołanie nr")
    page.get_by_role("link", name="Dziennik").last.click()
    expect(page.get_by_role("heading", name="Zamówienia")).to_be_visible()
    page.context.close()
