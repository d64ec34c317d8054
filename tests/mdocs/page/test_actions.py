"""What the buttons do, and that a press at the wrong moment gets a clear answer and changes nothing."""

from typing import Any

import pytest
from django.test import Client

from mdocs.models import Order, OrderEvent
from mdocs.statuses import CANCELLABLE, REVOCABLE, Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_student, make_user

PLACE = f"{PAGE}zamow/"


def press(client: Client, url: str) -> Document:
    """Press a button that works, and return the page that follows."""
    response = client.post(url, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    return read(response)


def everything_about(order: Order) -> dict[str, Any]:
    """Return the order's row, but for what a look at codes moves."""
    row: dict[str, Any] = dict(Order.objects.filter(pk=order.pk).values().get())
    return {name: row[name] for name in row.keys() - {"poll_fast_until", "next_attempt_at"}}


def statuses() -> list[str]:
    return list(Order.objects.order_by("created_at").values_list("status", flat=True))


def test_ordering_makes_an_order(student_client: Client, student: Student) -> None:
    page = press(student_client, PLACE)
    assert "Zamówienie zostało przyjęte." in page.main
    assert "oczekujący" in page.texts("dd")
    order = Order.objects.get()
    assert order.student == student
    assert order.events.get().actor == student.user


def test_ordering_twice_makes_one_order_and_no_error(student_client: Client) -> None:
    press(student_client, PLACE)
    page = press(student_client, PLACE)
    assert "Masz już zamówienie, więc nowe nie zostało złożone." in page.main
    assert not page.alerts
    assert Order.objects.count() == 1


def test_ordering_after_an_ended_order_makes_a_new_one(student_client: Client, student: Student) -> None:
    make_order(student, Status.REVOKED)
    press(student_client, PLACE)
    assert statuses() == ["revoked", "waiting"]


def test_ordering_without_the_conditions_says_what_is_missing(client: Client, db: None) -> None:
    client.force_login(make_student().user)
    response = client.post(PLACE)
    assert response.status_code == 403
    page = read(response)
    assert page.alerts[0].startswith("Nie możesz teraz zamówić mLegitymacji.")
    assert "Kto pomoże:" in page.main
    assert not Order.objects.exists()


def test_ordering_by_an_account_that_is_no_student_is_refused(client: Client, db: None) -> None:
    client.force_login(make_user(is_staff=True))
    response = client.post(PLACE)
    assert response.status_code == 403
    assert "Korzystasz z konta pracownika uczelni" in read(response).main
    assert not Order.objects.exists()


def test_cancelling_what_was_never_sent_ends_it_at_once(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.WAITING)
    page = press(student_client, address("cancel", order))
    assert "Zamówienie zostało anulowane." in page.main
    assert statuses() == ["cancelled"]


def test_cancelling_what_was_sent_never_says_cancelled_before_mdokumenty_has(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.PROCESSING)
    page = press(student_client, address("cancel", order))
    assert "Przyjęliśmy prośbę o anulowanie zamówienia." in page.main
    assert "zostało anulowane" not in page.main
    assert "anulowanie w toku" in page.texts("dd")
    assert statuses() == ["cancelling"]


@pytest.mark.parametrize("status", sorted(REVOCABLE))
def test_revoking_is_confirmed_first_and_then_done(
    student_client: Client, student: Student, status: Status
) -> None:
    order = make_order(student, status)
    url = address("revoke", order)
    asked = read(student_client.get(url))
    assert asked.texts("h1") == ["Czy na pewno unieważnić mLegitymację?"]
    assert "także w aplikacji mObywatel" in asked.main
    assert asked.buttons == ["Unieważnij mLegitymację"]
    assert statuses() == [status]

    page = press(student_client, url)
    assert "unieważnianie w toku" in page.texts("dd")
    assert statuses() == ["revoking"]


def test_ordering_again_takes_one_click_while_codes_wait_and_says_beside_the_button_what_it_does(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.READY)
    page = read(student_client.get(PAGE))
    (button,) = page.all("button", id="mdocsorder_again")
    (hint,) = page.texts("p", id=button.attrs["aria-describedby"])
    assert "unieważnia tę mLegitymację, także w aplikacji mObywatel, i od razu zamawia nową" in hint

    page = press(student_client, address("order_again", order))
    assert "portal sam złoży nowe zamówienie" in page.main
    order.refresh_from_db()
    assert (order.status, order.order_again) == ("revoking", True)


def test_what_works_on_a_phone_is_replaced_after_a_question(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    (button,) = read(student_client.get(PAGE)).all("button", id="mdocsorder_again")
    assert "aria-describedby" not in button.attrs
    url = address("order_again", order)
    # A page that was opened while the codes waited still has the button that asks nothing.
    for asked in (student_client.get(url), student_client.post(url)):
        page = read(asked)
        assert page.texts("h1") == ["Czy na pewno zastąpić mLegitymację nową?"]
        assert "Dopóki nowa nie będzie gotowa, nie masz mLegitymacji." in page.main
        assert page.buttons == ["Zamów ponownie"]
        assert statuses() == ["collected"]

    answer = {field.attrs["name"]: field.attrs["value"] for field in page.all("input", name="confirmed")}
    assert student_client.post(url, answer)["Location"] == PAGE
    order.refresh_from_db()
    assert (order.status, order.order_again) == ("revoking", True)


def test_ordering_again_without_the_conditions_leaves_the_old_document(client: Client, db: None) -> None:
    student = make_student()
    order = make_order(student, Status.COLLECTED)
    client.force_login(student.user)
    response = client.post(address("order_again", order), {"confirmed": "yes"})
    assert response.status_code == 403
    assert read(response).alerts
    assert statuses() == ["collected"]


ALLOWED = {"cancel": CANCELLABLE, "revoke": REVOCABLE, "order_again": REVOCABLE}


@pytest.mark.parametrize("status", Status)
def test_a_page_that_has_gone_stale_changes_nothing(
    student_client: Client, student: Student, status: Status
) -> None:
    order = make_order(student, status)
    before = everything_about(order)
    for verb in (verb for verb, states in ALLOWED.items() if status not in states):
        response = student_client.post(address(verb, order))
        assert response.status_code == 409
        (alert,) = read(response).alerts
        assert f"ma teraz status „{status.label}”. Nic nie zostało zmienione." in alert
        assert everything_about(order) == before
    assert not OrderEvent.objects.exists()


def test_there_is_nothing_to_confirm_for_an_order_that_has_ended(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.REVOKED)
    for verb in ("revoke", "order_again"):
        response = student_client.get(address(verb, order))
        assert response.status_code == 409
        assert "„unieważniona”" in read(response).alerts[0]


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_what_changes_something_asks_for_post(student_client: Client, student: Student, method: str) -> None:
    order = make_order(student, Status.WAITING)
    for url in (PLACE, address("cancel", order)):
        response = getattr(student_client, method)(url)
        assert (response.status_code, response["Allow"]) == (405, "POST")
    assert statuses() == ["waiting"]


def test_the_page_itself_cannot_be_posted_to(student_client: Client) -> None:
    response = student_client.post(PAGE)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_press_without_the_pages_token_is_refused(student: Student) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student.user)
    assert browser.post(PLACE).status_code == 403
    order = make_order(student, Status.READY)
    assert browser.post(address("revoke", order)).status_code == 403
    assert statuses() == ["ready"]


def test_a_press_with_the_pages_token_works(student: Student) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student.user)
    page = read(browser.get(PAGE))
    token = page.all("input", name="csrfmiddlewaretoken")[0].attrs["value"]
    assert browser.post(PLACE, {"csrfmiddlewaretoken": token}).status_code == 302
    assert statuses() == ["waiting"]
