"""The page claims nothing that is over, says when help comes, and always has a next step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.engine.breaker import State
from mdocs.models import Breaker, Order
from mdocs.orders import transition
from mdocs.statuses import Attention, Reason, RevocationReason, Status
from notifications import outbox
from students.models import Student
from students.moments import write_moment
from students.photos import set_photo
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.html import Document, read
from tests.mdocs.page.open_page import OpenPage
from tests.students.factories import make_clerk, small_jpeg

See = Callable[[], Document]
NEXT, NOT_NEXT = "Zamów nową, gdy to się potwierdzi", "Jednak nie zamawiaj nowej"
DONE = "Przyjęliśmy prośbę o anulowanie zamówienia."


def move(order: Order, new: Status, reason: Reason = Reason.CONFIRMED) -> None:
    """Have mDokumenty answer."""
    with orders.order_for_update(order.pk) as locked:
        transition(locked, new, reason, at=timezone.now())


def click(client: Client, name: str, order: Order) -> Any:
    """Press a button, and look at the page that follows."""
    return client.post(address(name, order), follow=True)


# ── What was done ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_click_has_done_is_not_claimed_of_a_later_state(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.PROCESSING)
    student_client.post(address("cancel", order))
    move(order, Status.CANCELLED)
    assert DONE not in read(student_client.get(PAGE)).main


def test_a_swap_keeps_what_was_said_only_while_the_stage_is_the_same(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.PROCESSING)
    page = read(click(student_client, "cancel", order))
    (said,) = [
        element for element in page.elements if "hx-preserve" in element.attrs and element.tag == "div"
    ]
    assert DONE in said.text
    open_page = OpenPage(student_client)
    Order.objects.filter(pk=order.pk).update(last_failure="unreachable")
    same = read(open_page.ask())
    assert [element for element in same.all("div", id=said.attrs["id"]) if not element.text]
    move(order, Status.CANCELLED)
    assert not read(open_page.ask()).all("div", id=said.attrs["id"])


def test_an_order_that_is_passed_on_is_still_the_one_that_was_accepted(
    student_client: Client, student: Student
) -> None:
    student_client.post(f"{PAGE}zamow/")
    order = Order.objects.get()
    Order.objects.update(mdokumenty_id="mD-1")
    move(order, Status.PROCESSING, Reason.ACCEPTED)
    assert "Zamówienie zostało przyjęte." in read(student_client.get(PAGE)).main


# ── Messages ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_badge_of_messages_comes_with_the_change(student_client: Client, student: Student) -> None:
    orders.place(student, by=student.user)
    page = OpenPage(student_client)
    assert page.ask().status_code == 304
    outbox.dispatch_batch(timezone.now())
    answer = page.ask()
    assert answer.status_code == 200
    badges = read(answer).all("span", **{"hx-swap-oob": "true"})
    # A figure for the eyes, and words for screen readers.
    assert [badge.text for badge in badges] == ["11 nieprzeczytana"] * 3
    places = {
        element.attrs["id"] for element in read(student_client.get(PAGE)).elements if "id" in element.attrs
    }
    assert {badge.attrs["id"] for badge in badges} <= places


# ── An outage ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_says_since_when_and_when_the_next_try_is(see: See, student: Student) -> None:
    make_order(student, Status.WAITING)
    set_breaker(State.OPEN)
    since, then = timezone.now() - timedelta(hours=2), timezone.now() + timedelta(minutes=12)
    Breaker.objects.update(changed_at=since, next_probe_at=then)
    page = see()
    assert f"Trwa to od {write_moment(since)}." in page.main
    assert f"Następna próba: {write_moment(then)}." in page.main
    Breaker.objects.update(next_probe_at=timezone.now() + timedelta(seconds=20))
    assert "Następna próba: w ciągu minuty." in see().main


def test_one_failed_call_says_when_it_is_repeated(see: See, student: Student) -> None:
    then = timezone.now() + timedelta(minutes=5)
    make_order(student, Status.WAITING, last_failure="unreachable", failures=3, next_attempt_at=then)
    page = see()
    assert f"Następna próba: {write_moment(then)}." in page.main
    assert "Trwa to od" not in page.main


def test_a_probe_that_fails_is_no_news_but_a_later_try_is(student_client: Client, student: Student) -> None:
    make_order(student, Status.WAITING)
    set_breaker(State.OPEN)
    Breaker.objects.update(next_probe_at=timezone.now() + timedelta(seconds=5))
    page = OpenPage(student_client)
    Breaker.objects.update(next_probe_at=timezone.now() + timedelta(seconds=30))
    assert page.ask().status_code == 304
    Breaker.objects.update(next_probe_at=timezone.now() + timedelta(minutes=10))
    assert page.ask().status_code == 200


@pytest.mark.parametrize(
    ("fields", "meaning"),
    [
        ({}, "Zamówienie nie zostało jeszcze wysłane do mDokumentów, więc anulujesz je od razu"),
        (
            {"sent_at": timezone.now()},
            "Portal zapamięta „Anuluj zamówienie” i przekaże je, gdy mDokumenty zaczną",
        ),
    ],
)
def test_before_it_is_pressed_cancelling_says_what_it_means_in_an_outage(
    see: See, student: Student, fields: dict[str, Any], meaning: str
) -> None:
    make_order(student, Status.WAITING, **fields)
    assert meaning not in see().main
    set_breaker(State.OPEN)
    page = see()
    (button,) = page.all("button", id="mdocscancel")
    (hint,) = page.all("p", id=button.attrs["aria-describedby"])
    assert meaning in hint.text


# ── The next step ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_while_mdokumenty_is_away_a_new_order_can_be_asked_for_and_called_off(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.PROCESSING)
    set_breaker(State.OPEN)
    assert read(click(student_client, "cancel", order)).buttons == [NEXT]
    page = read(click(student_client, "order_next", order))
    assert "gdy mDokumenty to potwierdzą, portal sam złoży nowe zamówienie" in page.main
    assert page.buttons == [NOT_NEXT]
    page = read(click(student_client, "withdraw_next", order))
    assert "portal nie złoży nowego zamówienia" in page.main
    assert page.buttons == [NEXT]
    move(order, Status.CANCELLED)
    assert Order.objects.live().count() == 0


def test_the_new_order_follows_when_the_end_is_confirmed(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    set_breaker(State.OPEN)
    click(student_client, "cancel", order)
    click(student_client, "order_next", order)
    click(student_client, "order_next", order)
    move(order, Status.CANCELLED)
    new = Order.objects.live().get()
    assert new.events.get().reason == Reason.ORDERED_AGAIN
    assert order.events.filter(reason=Reason.AGAIN_ASKED).count() == 1


def test_ordering_again_can_be_called_off_while_mdokumenty_is_away(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.READY)
    set_breaker(State.OPEN)
    assert read(click(student_client, "order_again", order)).buttons == [NOT_NEXT]


def test_what_takes_seconds_or_was_not_asked_for_has_no_such_button(see: See, student: Student) -> None:
    order = make_order(student, Status.REVOKING)
    assert see().buttons == []
    Order.objects.update(attention=Attention.OUR_MISTAKE)
    assert see().buttons == [NEXT]
    Order.objects.update(revocation_reason=RevocationReason.CARD_INVALIDATED)
    assert see().buttons == []
    with pytest.raises(orders.NotAllowed):
        orders.order_next(order, by=student.user)


def test_who_may_not_order_is_offered_no_new_order(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.CANCELLING, revocation_reason=RevocationReason.HOLDER_REQUEST)
    set_breaker(State.OPEN)
    student.cards.all().delete()
    assert read(student_client.get(PAGE)).buttons == []
    answer = student_client.post(address("order_next", order))
    assert answer.status_code == 403
    assert not Order.objects.get().order_again


def test_what_is_over_cannot_be_followed(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.CANCELLED)
    for name in ("order_next", "withdraw_next"):
        assert student_client.post(address(name, order)).status_code == 409


# ── Steps, reasons, the photo ──────────────────────────────────────────────────────────────────────────────────────


def test_passed_on_has_its_time(see: See, student: Student) -> None:
    order = orders.place(student, by=student.user, at=timezone.now() - timedelta(hours=1))
    Order.objects.update(mdokumenty_id="mD-1")
    with orders.order_for_update(order.pk) as locked:
        transition(locked, Status.PROCESSING, Reason.ACCEPTED, at=timezone.now() - timedelta(minutes=30))
    (step,) = [item for item in see().all("li") if item.text.startswith("Przekazane")]
    assert write_moment(order.events.latest("at").at) in step.text


@pytest.mark.parametrize("by_office", [True, False])
def test_what_the_office_has_ended_at_the_students_wish_says_so(
    see: See, student: Student, by_office: bool
) -> None:
    order = make_order(student, Status.COLLECTED)
    by = make_clerk("mdocs.revoke_order") if by_office else student.user
    orders.end(order, by=by, reason=RevocationReason.HOLDER_REQUEST)
    assert ("którą wykonał pracownik uczelni" in see().main) == by_office
    move(order, Status.REVOKED)
    assert ("którą wykonał pracownik uczelni" in see().main) == by_office


def test_the_photo_that_was_refused_is_sent_again_only_to_who_says_so(
    student_client: Client, student: Student
) -> None:
    refused = make_order(student, Status.REJECTED, rejection_code="photo_rejected")
    page = read(student_client.get(PAGE))
    assert page.texts("h2")[0] == "Najpierw dostarcz nowe zdjęcie"
    assert "To samo zdjęcie odrzucą ponownie." in page.main
    answer = student_client.post(f"{PAGE}zamow/")
    assert answer.status_code == 409
    assert "odrzucą je ponownie" in read(answer).alerts[0]
    assert Order.objects.get() == refused
    student_client.post(f"{PAGE}zamow/", {"anyway": "yes"})
    assert Order.objects.live().count() == 1


def test_a_new_photo_is_ordered_with_as_ever(student_client: Client, student: Student) -> None:
    make_order(student, Status.REJECTED, rejection_code="photo_rejected")
    set_photo(student, small_jpeg(colour="olive"), by=None)
    page = read(student_client.get(PAGE))
    assert page.texts("h2")[0] == "Możesz zamówić mLegitymację"
    student_client.post(f"{PAGE}zamow/")
    assert Order.objects.live().count() == 1
