"""An open page keeps itself up to date, without ever being loaded again. The clock of the browser is the test's."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Request, Route, expect

from accounts.models import Session
from mdocs.engine.breaker import State
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import QR_TOKEN, make_order, set_breaker
from tests.screens.conftest import Window
from tests.screens.scenes import PAGE
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db(transaction=True)

MINUTES = 60 * 1000
AWAY = re.compile(r"Nie ma połączenia z portalem\. Ostatnio sprawdzone o \d\d:\d\d\. Ta strona sama spróbuje")
HIDDEN_OR_NOT = """hidden => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


class Open:
    """The student's page in a window, how often it has asked, and whether it was ever loaded again."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        self.page.clock.install()
        self.asked: list[Request] = []
        window.go(PAGE)
        self.page.evaluate("window.stayed = true")
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/stan/"):
            self.asked.append(request)

    def wait(self, milliseconds: int) -> None:
        """Let time go by, and what was asked meanwhile be answered, one question after the other."""
        step = 1000
        for _ in range(0, milliseconds, step):
            before = len(self.asked)
            self.page.clock.run_for(step)
            for request in self.asked[before:]:
                request.response()

    def turn(self, *, hidden: bool) -> None:
        """Turn to another tab, or back to this one."""
        self.page.evaluate(HIDDEN_OR_NOT, hidden)

    @property
    def stayed(self) -> bool:
        """Whether it is still the page that was opened."""
        return bool(self.page.evaluate("window.stayed === true"))


@pytest.fixture
def anna() -> Student:
    """Return a student who meets every condition."""
    return make_eligible_student()


@pytest.fixture
def opened(anna: Student, window: Callable[..., Window]) -> Callable[..., Open]:
    """Return a way to open her page, after which nothing may have been complained of in the browser's console."""
    return lambda **options: Open(window(anna.user, **options))


def ready(order: Order) -> None:
    """Have the codes come."""
    fields = make_order(make_eligible_student(), Status.READY)
    Order.objects.filter(pk=order.pk).update(
        mdokumenty_id="mD-of-anna",
        **{
            name: getattr(fields, name)
            for name in ("status", "qr_token", "activation_code", "qr_svg", "codes_expire_at")
        },
    )


def test_the_status_changes_under_the_students_eyes(anna: Student, opened: Callable[..., Open]) -> None:
    order = make_order(anna, Status.WAITING)
    window = opened()
    page = window.page
    expect(page.locator(".status")).to_have_text("oczekujący")
    expect(page.get_by_role("link", name="Odśwież")).to_have_count(0)
    said = page.locator("#live-said")
    expect(said).to_have_text("")
    ready(order)
    window.wait(3000)
    expect(page.locator(".status")).to_have_text("gotowy do pobrania")
    expect(page).to_have_title(re.compile("^mLegitymacja – gotowy do pobrania – "))
    expect(said).to_have_text("Twoja mLegitymacja jest gotowa do pobrania. Status: gotowy do pobrania.")
    assert window.stayed
    assert window.window.complaints == []


def test_the_page_asks_soon_and_then_ever_more_rarely(anna: Student, opened: Callable[..., Open]) -> None:
    make_order(anna, Status.PROCESSING)
    window = opened()
    counts = []
    for _ in range(6):
        before = len(window.asked)
        window.wait(2 * MINUTES)
        counts.append(len(window.asked) - before)
    assert counts[0] >= 10
    assert all(1 <= count <= 4 for count in counts[2:])


def test_a_tab_that_is_hidden_asks_nothing_and_asks_at_once_when_it_is_back(
    anna: Student, opened: Callable[..., Open]
) -> None:
    order = make_order(anna, Status.PROCESSING)
    window = opened()
    window.wait(5000)
    window.turn(hidden=True)
    before = len(window.asked)
    window.wait(10 * MINUTES)
    assert len(window.asked) == before
    ready(order)
    window.turn(hidden=False)
    expect(window.page.locator(".status")).to_have_text("gotowy do pobrania")


def test_a_page_that_nobody_touches_stops_keeping_the_engine_busy(
    anna: Student, opened: Callable[..., Open]
) -> None:
    make_order(anna, Status.READY)
    window = opened()
    window.wait(2 * MINUTES)
    assert "x-somebody-looks" in window.asked[-1].headers
    window.wait(9 * MINUTES)
    assert "x-somebody-looks" not in window.asked[-1].headers
    with window.page.expect_request("**/stan/") as asked:
        window.page.mouse.click(5, 5)
    assert "x-somebody-looks" in asked.value.headers


def test_codes_that_are_shown_stay_as_they_are_when_something_else_changes(
    anna: Student, opened: Callable[..., Open]
) -> None:
    make_order(anna, Status.READY)
    window = opened()
    page = window.page
    page.get_by_role("link", name="Pokaż kod").click()
    expect(page.locator("#activation-code")).to_be_visible()
    page.locator("#qr-text").focus()
    set_breaker(State.OPEN)
    window.wait(5000)
    expect(page.locator("#status").get_by_text("Strona jest chwilowo")).to_be_visible()
    expect(page.locator("#activation-code")).to_be_visible()
    expect(page.locator("#qr-text")).to_be_focused()
    expect(page.get_by_role("link", name="Pokaż kod")).to_have_count(0)
    window.wait(2 * MINUTES)
    expect(page.locator("#activation-code")).to_have_count(0)
    expect(page.get_by_role("link", name="Pokaż kod")).to_be_visible()


def test_the_focus_stays_on_the_button_and_goes_to_the_region_when_the_button_goes(
    anna: Student, opened: Callable[..., Open]
) -> None:
    order = make_order(anna, Status.WAITING)
    window = opened()
    page = window.page
    cancel = page.get_by_role("button", name="Anuluj zamówienie")
    cancel.focus()
    Order.objects.filter(pk=order.pk).update(status=Status.PROCESSING, mdokumenty_id="mD-of-anna")
    window.wait(3000)
    expect(page.locator(".status")).to_have_text("w trakcie")
    expect(cancel).to_be_focused()
    ready(order)
    window.wait(5000)
    expect(cancel).to_have_count(0)
    expect(page.locator("#status")).to_be_focused()


def offline(window: Open) -> Callable[[], None]:
    window.page.context.set_offline(True)
    return lambda: window.page.context.set_offline(False)


def answering(status: int, **answer: Any) -> Callable[[Open], Callable[[], None]]:
    def fail(route: Route) -> None:
        route.fulfill(status=status, **answer)

    def begin(window: Open) -> Callable[[], None]:
        window.page.route("**/stan/", fail)
        return lambda: window.page.unroute("**/stan/")

    return begin


@pytest.mark.parametrize(
    "away",
    [
        pytest.param(offline, id="offline"),
        pytest.param(answering(500, body="<h1>broken</h1>"), id="500"),
        pytest.param(answering(503, body="<h1>away</h1>"), id="503"),
        pytest.param(answering(200, body="<h1>Accept the terms of this hotspot</h1>"), id="hotspot"),
    ],
)
def test_a_portal_that_is_away_is_told_and_the_page_goes_on_when_it_is_back(
    anna: Student, opened: Callable[..., Open], away: Callable[[Open], Callable[[], None]]
) -> None:
    order = make_order(anna, Status.WAITING)
    window = opened()
    note = window.page.locator("#live-away")
    expect(note).to_be_hidden()
    come_back = away(window)
    window.wait(5000)
    expect(note).to_have_text(AWAY)
    expect(note).to_be_visible()
    expect(window.page.locator(".status")).to_have_text("oczekujący")
    window.wait(2 * MINUTES)
    ready(order)
    come_back()
    window.wait(90 * 1000)
    expect(note).to_be_hidden()
    expect(window.page.locator(".status")).to_have_text("gotowy do pobrania")
    assert window.stayed


def test_a_portal_that_asks_for_patience_is_given_it(anna: Student, opened: Callable[..., Open]) -> None:
    make_order(anna, Status.WAITING)
    window = opened()
    answering(429, headers={"Retry-After": "120"})(window)
    window.wait(3000)
    expect(window.page.locator("#live-away")).to_be_visible()
    before = len(window.asked)
    window.wait(90 * 1000)
    assert len(window.asked) == before
    window.wait(60 * 1000)
    assert len(window.asked) == before + 1


def test_who_is_signed_out_meanwhile_is_told_and_sees_no_codes_any_more(
    anna: Student, opened: Callable[..., Open]
) -> None:
    make_order(anna, Status.READY)
    window = opened()
    page = window.page
    page.get_by_role("link", name="Pokaż kod").click()
    expect(page.locator("#activation-code")).to_be_visible()
    Session.objects.all().delete()
    window.wait(5000)
    expect(page.get_by_text("wylogowano Cię w innym oknie")).to_be_visible()
    expect(page).to_have_title(re.compile("^Wylogowano – "))
    html = page.content()
    assert QR_TOKEN not in html
    assert 'id="activation-code"' not in html
    before = len(window.asked)
    window.wait(5 * MINUTES)
    assert len(window.asked) == before
    page.get_by_role("link", name="Zaloguj się").click()
    expect(page.get_by_label("Nazwa użytkownika")).to_be_visible()


def test_no_copy_of_the_page_is_kept_in_the_browser(anna: Student, opened: Callable[..., Open]) -> None:
    order = make_order(anna, Status.WAITING)
    window = opened()
    ready(order)
    window.wait(3000)
    expect(window.page.locator(".status")).to_have_text("gotowy do pobrania")
    kept = window.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "gotowy do pobrania" not in kept
    assert "<" not in kept


def test_without_javascript_one_refreshes_by_hand(anna: Student, window: Callable[..., Window]) -> None:
    order = make_order(anna, Status.WAITING)
    page = window(anna.user, java_script_enabled=False).page
    page.goto(PAGE)
    ready(order)
    page.get_by_role("link", name="Odśwież").click()
    expect(page.locator(".status")).to_have_text("gotowy do pobrania")
    expect(page.locator("#live-away")).to_be_hidden()


def test_codes_that_run_out_go_from_the_open_page(anna: Student, opened: Callable[..., Open]) -> None:
    order = make_order(anna, Status.READY)
    window = opened()
    window.page.get_by_role("link", name="Pokaż kod").click()
    expect(window.page.locator("#activation-code")).to_be_visible()
    Order.objects.filter(pk=order.pk).update(codes_expire_at=timezone.now() - timedelta(seconds=1))
    window.wait(5000)
    expect(window.page.get_by_text("Termin ważności kodów minął")).to_be_visible()
    html = window.page.content()
    assert QR_TOKEN not in html
    assert 'id="activation-code"' not in html
