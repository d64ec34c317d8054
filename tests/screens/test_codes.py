"""The codes on a screen: shown when asked for, gone after two minutes, scanned, copied, and saved as a picture."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import AuditEntry
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE, student

pytestmark = pytest.mark.django_db(transaction=True)
SHOW = "Pokaż kod"


@pytest.fixture
def order() -> Order:
    """A student's order whose codes are ready."""
    return make_order(student(), Status.READY)


@pytest.fixture
def here(window: Callable[..., Window], order: Order) -> Window:
    """Her window, with the page open, its clock in the test's hands."""
    opened = window(order.student.user, viewport={"width": 320, "height": 640}, color_scheme="dark")
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.clock.install()
    opened.go(PAGE)
    return opened


def test_a_phone_reads_the_code_from_the_small_dark_screen(here: Window) -> None:
    here.page.get_by_role("link", name=SHOW).click()
    picture = here.page.locator("img.qr")
    expect(picture).to_have_js_property("complete", True)
    with Image.open(BytesIO(picture.screenshot())) as screen:
        (found,) = zxingcpp.read_barcodes(screen)
    assert found.text == QR_TOKEN
    assert here.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_they_hide_again_after_two_minutes_unless_more_time_is_asked_for(here: Window) -> None:
    code, link = here.page.locator("#activation-code"), here.page.get_by_role("link", name=SHOW)
    link.click()
    expect(code).to_have_text(ACTIVATION_CODE)
    expect(here.page.get_by_role("button", name="Ukryj teraz")).to_be_focused()
    here.page.clock.run_for(110_000)
    expect(here.page.locator("[data-left]")).to_have_text(re.compile(r"0:(09|1\d)"))
    here.page.get_by_role("button", name="Jeszcze 2 minuty").click()
    here.page.clock.run_for(110_000)
    expect(code).to_be_visible()
    here.page.clock.run_for(11_000)
    expect(code).to_have_count(0)
    expect(link).to_be_focused()
    assert QR_TOKEN not in here.page.content()


def test_they_hide_at_once_when_told_to(here: Window) -> None:
    here.page.get_by_role("link", name=SHOW).click()
    here.page.get_by_role("button", name="Ukryj teraz").click()
    expect(here.page.locator("#activation-code")).to_have_count(0)
    expect(here.page.get_by_role("link", name=SHOW)).to_be_visible()


def test_what_is_copied_is_the_bare_code(here: Window) -> None:
    here.page.get_by_role("link", name=SHOW).click()
    for button, copied in (("Kopiuj kod aktywacyjny", ACTIVATION_CODE), ("Kopiuj tekst kodu QR", QR_TOKEN)):
        here.page.get_by_role("button", name=button).click()
        expect(here.page.get_by_role("status").filter(has_text="Skopiowano.")).to_be_visible()
        assert here.page.evaluate("navigator.clipboard.readText()") == copied


def test_the_picture_is_saved_for_who_has_one_phone_only(here: Window, tmp_path: Path) -> None:
    here.page.get_by_role("link", name=SHOW).click()
    with here.page.expect_download() as saving:
        here.page.get_by_role("link", name="Zapisz obraz kodu QR (PNG)").click()
    saved = tmp_path / "code.png"
    saving.value.save_as(saved)
    with Image.open(saved) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == QR_TOKEN


def test_a_look_is_noted_when_there_was_one(here: Window, order: Order) -> None:
    looks = AuditEntry.objects.filter(object_pk=str(order.pk), additional_data={"seen": "codes"})
    assert not looks.exists()
    here.page.get_by_role("link", name=SHOW).click()
    expect(here.page.locator("#activation-code")).to_be_visible()
    assert looks.count() == 1


def test_without_javascript_the_codes_have_a_page_of_their_own(
    window: Callable[..., Window], order: Order
) -> None:
    here = window(order.student.user, java_script_enabled=False)
    here.go(PAGE)
    assert QR_TOKEN not in here.page.content()
    here.page.get_by_role("link", name=SHOW).click()
    expect(here.page.get_by_role("heading", level=1)).to_have_text("Kod QR i kod aktywacyjny")
    expect(here.page.locator("#activation-code")).to_have_text(ACTIVATION_CODE)
    expect(here.page.get_by_role("button", name="Kopiuj kod aktywacyjny")).to_be_hidden()
    here.page.get_by_role("link", name="Ukryj kody i wróć").click()
    expect(here.page.get_by_role("link", name=SHOW)).to_be_visible()


def test_ordering_again_is_one_click(here: Window, order: Order) -> None:
    here.page.get_by_role("button", name="Zamów ponownie").click()
    expect(here.page.get_by_text("Przyjęliśmy prośbę")).to_be_visible()
    order.refresh_from_db()
    assert (order.status, order.order_again) == (Status.REVOKING, True)
