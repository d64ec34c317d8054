"""Staff close an order of which the ministry has confirmed that it is not there."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import FINAL, LIVE, Attention, Reason, Status
from students.models import Student, User
from tests.mdocs.engine.worker import Worker
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

THEN = {
    Status.PROCESSING: Status.CANCELLED,
    Status.CANCELLING: Status.CANCELLED,
    Status.READY: Status.REVOKED,
    Status.COLLECTED: Status.REVOKED,
    Status.REVOKING: Status.REVOKED,
}


@pytest.mark.parametrize("status", THEN)
def test_what_mdokumenty_does_not_know_is_over_and_says_who_closed_it(
    student: Student, clerk: User, status: Status
) -> None:
    order = orders.write_off(make_order(student, status, attention=Attention.UNKNOWN_THERE), by=clerk)
    order.refresh_from_db()
    assert (order.status, order.attention, order.next_attempt_at) == (THEN[status], "", None)
    event = order.events.get()
    assert (event.old, event.new, event.reason, event.actor) == (
        status,
        THEN[status],
        Reason.WRITTEN_OFF,
        clerk,
    )


@pytest.mark.parametrize("attention", ["", *sorted(set(Attention) - {Attention.UNKNOWN_THERE})])
@pytest.mark.parametrize("status", [Status.WAITING, Status.COLLECTED])
def test_nothing_else_can_be_written_off(
    student: Student, clerk: User, status: Status, attention: str
) -> None:
    order = make_order(student, status, attention=attention)
    with pytest.raises(orders.NotAllowed):
        orders.write_off(order, by=clerk)
    assert (Order.objects.get().status, order.events.count()) == (status, 0)


def test_a_student_who_asked_for_a_new_one_gets_it(student: Student, clerk: User) -> None:
    order = make_order(student, Status.REVOKING, attention=Attention.UNKNOWN_THERE, order_again=True)
    orders.write_off(order, by=clerk)
    assert student.orders.live().get().status == Status.WAITING


def test_mdokumenty_that_knows_it_after_all_does_not_bring_it_back_and_ends_it_with_the_next_order(
    student: Student, clerk: User, worker: Worker, work: Callable[[], int]
) -> None:
    first = orders.place(student, by=student.user)
    work()
    first.refresh_from_db()
    assert first.status == Status.READY
    Order.objects.filter(pk=first.pk).update(attention=Attention.UNKNOWN_THERE)
    orders.write_off(first, by=clerk)
    second = orders.place(student, by=student.user)
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.REVOKED, Status.READY)
    assert Reason.EARLIER_ENDED in second.events.values_list("reason", flat=True)


@pytest.mark.parametrize("status", Status)
def test_ending_cancels_or_revokes_as_the_state_asks_for(
    student: Student, clerk: User, status: Status
) -> None:
    order = make_order(student, status)
    asked = {"by": clerk, "reason": "issued_in_error", "at": timezone.now()}
    expected = {
        Status.WAITING: Status.CANCELLED,
        Status.PROCESSING: Status.CANCELLING,
        Status.READY: Status.REVOKING,
        Status.COLLECTED: Status.REVOKING,
    }
    if status in expected:
        assert orders.end(order, **asked).status == expected[status]  # type: ignore[arg-type]
        assert order.events.get().detail == "issued_in_error"
    else:
        assert status in FINAL | (LIVE - expected.keys())
        with pytest.raises(orders.NotAllowed):
            orders.end(order, **asked)  # type: ignore[arg-type]
        assert not order.events.exists()
