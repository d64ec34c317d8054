"""Without a network every engine shows the portal's own page, and goes on when it is back."""

from mdocs.statuses import Status
from tests.engines.engine import Engine
from tests.engines.people import PAGE, make_anna, sign_in


def test_without_a_network_it_says_so_and_goes_on_when_it_is_back(engine: Engine) -> None:
    sign_in(engine, make_anna(Status.READY).user)
    engine.waits_for("navigator.serviceWorker.controller")
    with engine.driver.offline():
        engine.go(PAGE)
        engine.reads("Brak połączenia z portalem", "No connection to the portal")
        assert (
            engine.run("return getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
        )
    engine.press("Spróbuj ponownie")
    engine.reads("Pokaż kod")
