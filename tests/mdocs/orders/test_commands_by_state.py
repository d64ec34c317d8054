"""What can be done with an order in which state; what cannot be done changes nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement import expiry
from mdocs.models import Order, OrderEvent
from mdocs.statuses import FINAL, LIVE, Reason, Status
from students.conditions import PESEL
from students.half_years import extension_target
from students.models import Student, User
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

FAR = date(timezone.localdate().year + 2, 3, 31)

Command = Callable[[Order, User], object]
COMMANDS: dict[str, Command] = {
    "cancel": lambda order, user: orders.cancel(order, by=user),
    "revoke": lambda order, user: orders.revoke(order, by=user),
    "order_again": lambda order, user: orders.order_again(order, by=user),
    "extend": lambda order, user: orders.extend(order, FAR, by=user),
    "retry": lambda order, user: orders.retry(order, by=user),
}
# What each verb makes of an order; a state that is not named does not allow it. A waiting one was not sent yet.
RESULTS: dict[str, dict[Status, Status]] = {
    "cancel": {Status.WAITING: Status.CANCELLED, Status.PROCESSING: Status.CANCELLING},
    "revoke": {Status.READY: Status.REVOKING, Status.COLLECTED: Status.REVOKING},
    "order_again": {Status.READY: Status.REVOKING, Status.COLLECTED: Status.REVOKING},
    "extend": {
        status: status for status in (Status.WAITING, Status.PROCESSING, Status.READY, Status.COLLECTED)
    },
    "retry": {status: status for status in sorted(LIVE)},
}


def everything(order: Order) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    row = dict[str, Any](Order.objects.values().get(pk=order.pk))
    return row, [dict[str, Any](event) for event in OrderEvent.objects.values()]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("verb", COMMANDS)
def test_a_verb_moves_the_order_as_its_state_says_or_changes_nothing(
    student: Student, verb: str, status: Status
) -> None:
    order = make_order(student, status)
    before = everything(order)
    if status in RESULTS[verb]:
        COMMANDS[verb](order, student.user)
        order.refresh_from_db()
        assert order.status == RESULTS[verb][status]
        assert {event.actor for event in order.events.all()} == {student.user}
        assert order.status in FINAL or order.next_attempt_at is not None
    else:
        with pytest.raises(orders.NotAllowed):
            COMMANDS[verb](order, student.user)
        assert everything(order) == before


@pytest.mark.usefixtures("either_rules")
@pytest.mark.parametrize("status", Status)
def test_a_second_order_is_placed_only_when_the_first_is_over(student: Student, status: Status) -> None:
    order = make_order(student, status)
    before = everything(order)
    if status in FINAL:
        new = orders.place(student, by=student.user)
        assert (new.pk != order.pk, new.status) == (True, Status.WAITING)
        assert Order.objects.values().get(pk=order.pk) == before[0]
    else:
        with pytest.raises(orders.AlreadyOrdered) as raised:
            orders.place(student, by=student.user)
        assert raised.value.order == order
        assert everything(order) == before


WHEN_OVER = {
    # Sent with the new date, or ended and ordered anew; only what is on a phone ends by itself, there as here.
    Status.WAITING: Status.WAITING,
    Status.PROCESSING: Status.CANCELLING,
    Status.READY: Status.REVOKING,
    Status.COLLECTED: Status.LAPSED,
}


@pytest.mark.usefixtures("either_rules")
@pytest.mark.parametrize("status", Status)
def test_nothing_stays_when_its_last_day_is_over_and_everything_until_then(
    student: Student, status: Status, settings: Any
) -> None:
    order = make_order(student, status, valid_until=timezone.localdate())
    today, tomorrow = timezone.now(), timezone.now() + timedelta(days=1)
    before = everything(order)
    assert expiry.lapse(order, at=today) is False
    assert everything(order) == before
    assert expiry.lapse(order, at=tomorrow) is (status in WHEN_OVER)
    order.refresh_from_db()
    if status == Status.COLLECTED and settings.ELIGIBILITY_RULES == PESEL:
        # The portal confirms by itself who goes on studying.
        assert (order.status, order.extend_to) == (
            Status.COLLECTED,
            extension_target(timezone.localdate(tomorrow)),
        )
        return
    assert order.status == WHEN_OVER.get(status, status)
    if status == Status.WAITING:
        assert order.valid_until == student.cards.get().valid_until


def test_a_document_that_is_being_extended_does_not_lapse(student: Student) -> None:
    order = make_order(
        student, Status.COLLECTED, valid_until=timezone.localdate() - timedelta(days=1), extend_to=FAR
    )
    assert expiry.lapse(order, at=timezone.now()) is False


@pytest.mark.parametrize("status", Status)
def test_looking_at_the_codes_brings_the_next_question_forward_and_changes_nothing_else(
    student: Student, status: Status
) -> None:
    now = timezone.now()
    in_an_hour = None if status in FINAL else now + timedelta(hours=1)
    order = make_order(student, status, next_attempt_at=in_an_hour)
    before = everything(order)
    orders.poll_faster(order, at=now)
    if status == Status.READY:
        order.refresh_from_db()
        assert order.next_attempt_at == now + timedelta(seconds=3)
        before[0].update(next_attempt_at=order.next_attempt_at, poll_fast_until=order.poll_fast_until)
    assert everything(order) == before


def test_looking_again_within_a_minute_writes_nothing_and_later_counts_anew(
    student: Student, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    order = make_order(student, Status.READY)
    orders.poll_faster(order, at=now)
    before = everything(order)
    orders.poll_faster(order, at=now + timedelta(seconds=59))
    seen_before = Order.objects.get(pk=order.pk)
    with django_assert_num_queries(0):
        orders.poll_faster(seen_before, at=now + timedelta(seconds=59))
    assert everything(order) == before
    for page, seconds in ((seen_before, 61), (order, 122)):
        orders.poll_faster(page, at=now + timedelta(seconds=seconds))
        page.refresh_from_db()
        assert page.poll_fast_until == now + timedelta(seconds=seconds + 120)


def test_an_order_that_may_have_been_sent_is_only_cancelling(student: Student) -> None:
    order = make_order(student, Status.WAITING, sent_at=timezone.now())
    orders.cancel(order, by=student.user)
    order.refresh_from_db()
    assert (order.status, order.leased_until) == (Status.CANCELLING, None)


def test_retrying_wakes_an_order_that_waits_for_staff(student: Student, clerk: User) -> None:
    order = make_order(
        student,
        Status.PROCESSING,
        attention="our_mistake",
        next_attempt_at=None,
        failures=9,
        last_failure="unreachable",
    )
    now = timezone.now()
    assert orders.retry(order, by=clerk, at=now) == order
    order.refresh_from_db()
    assert (order.attention, order.last_failure, order.failures) == ("", "", 0)
    assert order.next_attempt_at == now


def test_no_step_is_taken_that_the_table_does_not_have(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    with pytest.raises(orders.NotAllowed):
        orders.transition(order, Status.READY, Reason.CODES_READY, at=timezone.now())
    assert (order.status, order.events.count()) == (Status.COLLECTED, 0)
