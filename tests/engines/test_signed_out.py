"""After signing out, Back shows nothing of anybody: a computer may be shared."""

from accounts.models import Session
from mdocs.statuses import Status
from tests.engines.engine import Engine
from tests.engines.people import MY_DATA, PAGE, make_anna, sign_in

HELP = "/pomoc/"
PLACES = {
    "mLegitymacja": PAGE,
    "Wiadomości": "/dla-studentow/wiadomosci/",
    "Moje dane": MY_DATA,
    "Pomoc": HELP,
}
SIGNED_IN = "Zalogowano jako"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
AT_REST = f"performance.now() > ({LOADED} || Infinity) + 700"  # ms; a page in motion is kept by no engine


def look_around(engine: Engine) -> None:
    engine.waits_for("navigator.serviceWorker.controller")
    for link, path in PLACES.items():
        engine.press(link)
        engine.waits_for(f"location.pathname === '{path}' && {AT_REST}")


def goes_back(engine: Engine, times: int) -> None:
    for _ in range(times):
        engine.driver.back()
        engine.waits_for(f"document.readyState === 'complete' && {LOADED}")
        engine.waits(lambda: engine.path() in (HELP, "/logowanie/"), "a page of somebody's")
        assert SIGNED_IN not in engine.text()


def test_back_after_signing_out_shows_nothing_of_anybody(engine: Engine) -> None:
    sign_in(engine, make_anna(Status.READY).user)
    look_around(engine)
    engine.press("Wyloguj się")
    engine.waits(lambda: engine.text() and SIGNED_IN not in engine.text())
    goes_back(engine, 2)


def test_nor_does_back_when_somebody_has_signed_out_in_another_tab(engine: Engine) -> None:
    sign_in(engine, make_anna(Status.READY).user)
    engine.waits_for("navigator.serviceWorker.controller")
    engine.go(MY_DATA)
    engine.waits_for(AT_REST)
    engine.run(f"location.href = '{HELP}'")
    engine.waits_for(f"location.pathname === '{HELP}' && {AT_REST}")
    engine.run(
        "const form = document.querySelector('#sign-out');"
        "return fetch(form.action, { method: 'POST', body: new FormData(form) }).then(({ url }) => url)"
    )
    assert not Session.objects.exists()
    goes_back(engine, 1)


def test_a_page_that_was_kept_is_asked_for_anew_and_not_seen_before(engine: Engine) -> None:
    """A page that may be kept comes back as it was left: with nothing to see, and a new one on its way."""
    sign_in(engine, make_anna(Status.READY).user)
    engine.waits_for(LOADED)
    seen = engine.run(
        "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));"
        "return document.documentElement.getClientRects().length"
    )
    assert seen == 0
    engine.run("window.left = true; dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    engine.waits_for("!window.left")
    engine.reads(SIGNED_IN)
