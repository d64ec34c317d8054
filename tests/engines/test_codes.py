"""The codes in every engine: a refusal of the clipboard is said, and Back to them says nothing over an empty box."""

from datetime import timedelta

from mdocs.models import Order
from mdocs.statuses import Status
from tests.engines.engine import Engine
from tests.engines.people import PAGE, make_anna, sign_in
from tests.mdocs.factories import QR_TOKEN


def test_back_to_the_codes_shows_them_or_does_not_speak_of_them(engine: Engine) -> None:
    anna = make_anna(Status.READY)
    sign_in(engine, anna.user)
    engine.go(f"{PAGE}zamowienia/{Order.objects.get().pk}/kody/")
    engine.reads("poniższy kod QR")
    engine.press("Pomoc")
    engine.waits(lambda: engine.path() == "/pomoc/")
    engine.driver.back()
    engine.waits(lambda: engine.path().endswith("/kody/") and engine.text())
    engine.waits_for(
        "document.querySelector('#activation-code') || !document.body.innerText.includes('poniższy')"
    )


def test_what_cannot_be_copied_is_selected_and_said(engine: Engine) -> None:
    sign_in(engine, make_anna(Status.READY).user)
    engine.press("Pokaż kod")
    engine.run(
        "Object.defineProperty(Clipboard.prototype, 'writeText', "
        "{ value: () => Promise.reject(new DOMException('', 'NotAllowedError')) })"
    )
    engine.press("Kopiuj tekst kodu QR")
    engine.reads("Przeglądarka nie pozwoliła skopiować")
    selected = "const { value, selectionStart, selectionEnd } = document.getElementById('qr-text');"
    assert engine.run(f"{selected} return value.slice(selectionStart, selectionEnd)") == QR_TOKEN


def test_the_focus_stays_in_the_text_of_a_code_when_the_page_renews_itself(engine: Engine) -> None:
    anna = make_anna(Status.READY)
    sign_in(engine, anna.user)
    engine.press("Pokaż kod")
    engine.waits_for("document.getElementById('qr-text')")
    engine.run(
        "document.getElementById('qr-text').focus();"
        "document.addEventListener('htmx:afterSettle', () => (document.body.dataset.renewed = 'yes'))"
    )
    Order.objects.update(valid_until=Order.objects.get().valid_until - timedelta(days=1))
    engine.run("dispatchEvent(new Event('online'))")
    engine.waits_for("document.body.dataset.renewed")
    assert engine.run("return document.activeElement.id") == "qr-text"
