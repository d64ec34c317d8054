"""The whole way of an order in every engine: sign in, order, see the codes."""

from collections.abc import Callable

from tests.engines.engine import Engine
from tests.engines.people import make_anna, sign_in


def test_a_student_signs_in_orders_and_sees_the_codes(engine: Engine, work: Callable[[], int]) -> None:
    anna = make_anna()
    sign_in(engine, anna.user)
    engine.reads("Możesz zamówić mLegitymację")
    engine.press("Zamów mLegitymację")
    engine.reads("Zamówienie zostało przyjęte.")
    work()
    engine.reads("Pokaż kod")
    engine.press("Pokaż kod")
    engine.waits_for("document.querySelector('#activation-code')")
