"""Under a real barcode reader's speed: no scan is lost, none is done twice, and the focus never leaves the field."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from students.half_years import next_half_year_end
from students.models import CardExtension, Programme
from students.roles import CLERK
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_member, make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(live_server: Any, client: Client, browser: Browser) -> Iterator[Page]:
    """Return a page at which a clerk is signed in; an error of its script fails the test."""
    client.force_login(make_member(CLERK, make_programme().faculty))
    errors: list[str] = []
    with browser.new_context(locale="pl-PL") as context:
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{live_server.url}/admin/students/studentcard/scan/")
        page.locator("#id_until").fill(next_half_year_end(timezone.localdate()).isoformat())
        page.locator("#id_number").focus()
        yield page
        connections.close_all()  # inside playwright's loop Django has a connection of its own
    assert errors == []


def test_scans_come_faster_than_answers_and_an_answer_is_lost_on_the_way(page: Page) -> None:
    numbers = make_cards(5)
    lost: list[bool] = []

    def lose_one(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(True)
            route.fetch()  # it arrives, and its answer does not
            route.abort()
        else:
            route.continue_()

    page.route("**/scan/", lose_one)
    for number in numbers:
        page.keyboard.type(f"{number}\n")
    expect(page.locator(".scan-list tbody tr.success")).to_have_count(5)
    expect(page.locator("#scan-queue")).to_be_empty()
    expect(page.locator("#scan-answer")).to_contain_text(numbers[-1])
    expect(page.locator("#id_number")).to_be_focused()
    assert CardExtension.objects.count() == 5
    page.get_by_role("button", name="Cofnij ostatnie przedłużenie").click()
    expect(page.locator(".scan-list tbody tr").first).to_contain_text("Cofnięto")
    assert CardExtension.objects.filter(undone_at=None).count() == 4


def test_a_scan_that_the_server_fails_at_holds_up_no_other(page: Page) -> None:
    first, second, third = make_cards(3)

    def fail_at_the_first(route: Route) -> None:
        if first in (route.request.post_data or ""):
            route.fulfill(status=500)
        else:
            route.continue_()

    page.route("**/scan/", fail_at_the_first)
    for number in (first, second, third):
        page.keyboard.type(f"{number}\n")
    extended(page, 2)
    expect(page.locator("#scan-queue")).to_contain_text(first)
    page.unroute("**/scan/")
    extended(page, 3)
    expect(page.locator("#scan-queue")).to_be_empty()


def make_cards(count: int) -> list[str]:
    """Make cards that end tomorrow; return their numbers."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return [
        make_card_in_use(Programme.objects.get(), valid_until=tomorrow).barcode_number for _ in range(count)
    ]


def extended(page: Page, count: int) -> None:
    """Wait until so many scans have extended a card."""
    expect(page.locator(".scan-list tbody tr.success")).to_have_count(count)
    assert CardExtension.objects.filter(undone_at=None).count() == count


def test_a_reader_may_end_its_codes_with_tab_or_with_nothing(page: Page) -> None:
    first, second, third = make_cards(3)
    for number in (first, second):
        page.keyboard.type(f"{number}\t")
    extended(page, 2)
    page.keyboard.type(third)
    extended(page, 3)
    expect(page.locator("#id_number")).to_be_focused()
    expect(page.locator("#id_number")).to_have_value("")


def test_a_reader_may_send_several_codes_at_once_and_add_something_to_each(page: Page) -> None:
    first, second, third, fourth = make_cards(4)
    page.keyboard.type(f"{first} {second}\n")
    page.keyboard.type(f"]C0{third}\n#{fourth};\t")
    extended(page, 4)


def test_a_scan_is_taken_wherever_the_focus_is_and_presses_no_button(page: Page) -> None:
    first, second, third = make_cards(3)
    page.keyboard.type(f"{first}\n")
    extended(page, 1)
    page.get_by_role("button", name="Cofnij ostatnie przedłużenie").focus()
    page.keyboard.type(f"{second}\n")
    extended(page, 2)
    page.get_by_role("button", name="Cofnij ostatnie przedłużenie").focus()
    page.wait_for_timeout(1100)  # longer than a code's late keys are waited for
    page.keyboard.type(f" {third}")
    page.keyboard.press("Enter")
    extended(page, 3)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("0000000\n")
    expect(page.locator("#scan-answer")).to_contain_text("0000000")
    expect(page.locator("#scan-answer")).to_contain_text("Tak przysłał to czytnik")
    assert CardExtension.objects.filter(undone_at=None).count() == 3


def test_a_scan_is_taken_on_the_forms_button_and_turns_no_sound_on(page: Page) -> None:
    first, second = make_cards(2)
    page.get_by_role("button", name="Przedłuż").focus()
    page.keyboard.type(f"{first}\n")
    extended(page, 1)
    page.wait_for_timeout(1100)  # longer than a code's late keys are waited for
    page.get_by_label("Dźwięk").focus()
    page.keyboard.type(f" {second}\n")
    extended(page, 2)
    expect(page.get_by_label("Dźwięk")).not_to_be_checked()


def test_the_control_characters_of_a_code_are_no_commands_of_the_browser(page: Page) -> None:
    (number,) = make_cards(1)
    page.evaluate(
        "window.commands = []; document.addEventListener('keydown', (event) => "
        "event.ctrlKey && event.key !== 'Control' && window.commands.push(event.key))"
    )
    page.keyboard.type(number)
    page.keyboard.press("Control+j")
    extended(page, 1)
    assert page.evaluate("window.commands") == []
    page.keyboard.press("Control+v")
    assert page.evaluate("window.commands") == ["v"], "fingers paste as ever"


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_key_presses_a_button_that_has_the_focus(page: Page, key: str) -> None:
    (number,) = make_cards(1)
    page.keyboard.type(f"{number}\n")
    extended(page, 1)
    page.wait_for_timeout(1100)  # longer than a code's late keys are waited for
    page.get_by_role("button", name="Cofnij ostatnie przedłużenie").press(key)
    expect(page.locator(".scan-list tbody tr").first).to_contain_text("Cofnięto")
    assert not CardExtension.objects.filter(undone_at=None).exists()


def test_a_scan_into_another_field_is_refused_aloud_and_leaves_it_as_it_was(page: Page) -> None:
    (number,) = make_cards(1)
    until = page.locator("#id_until")
    before = until.input_value()
    until.focus()
    page.keyboard.type(f"{number}\n")
    expect(page.get_by_role("alert")).to_contain_text("nie został zapisany")
    expect(page.get_by_role("alert")).to_contain_text(number)
    expect(until).to_have_value(before)
    assert not CardExtension.objects.exists()
    page.keyboard.type(f"{number}\n")
    extended(page, 1)
    expect(page.locator("#scan-astray")).to_be_hidden()


def test_fingers_are_no_reader(page: Page) -> None:
    (number,) = make_cards(1)
    page.locator("#id_number").press_sequentially(number, delay=120)
    page.keyboard.press("Tab")
    expect(page.locator("#id_number")).not_to_be_focused()
    assert not CardExtension.objects.exists()
    page.locator("#id_number").press("Enter")
    extended(page, 1)


def test_answers_sound_once_somebody_wants_it(page: Page) -> None:
    page.add_init_script(
        "window.played = []; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...when) "
        "{ window.played.push(this.frequency.value); return start.apply(this, when); };"
    )
    page.reload()
    page.locator("#id_number").focus()
    first, second = make_cards(2)
    page.keyboard.type(f"{first}\n")
    extended(page, 1)
    assert page.evaluate("window.played") == []
    page.get_by_label("Dźwięk").check()
    page.reload()
    expect(page.get_by_label("Dźwięk")).to_be_checked()
    page.locator("#id_number").focus()
    page.keyboard.type(f"{second}\n")
    extended(page, 2)
    page.keyboard.type("0000000\n")
    expect(page.locator("#scan-answer")).to_contain_text("0000000")
    good, bad = page.evaluate("window.played")
    assert good > bad


def test_a_page_with_scans_that_wait_asks_before_it_is_left_and_one_without_does_not(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    first, second = make_cards(2)
    page.route(
        "**/scan/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    for number in (first, second):
        page.keyboard.type(f"{number}\n")
    expect(page.locator("#scan-queue")).to_contain_text(second)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"] and not page.is_closed()
    page.unroute("**/scan/")
    extended(page, 2)
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
