"""Personal data, photos and codes are kept no longer than they are needed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.engine import responses
from mdocs.entitlement import expiry
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import FINAL, Status
from students.models import Student
from tests.mdocs.engine.scripted import remote
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]


def private(order: Order) -> list[object]:
    order = fresh(order)
    return [order.holder, order.photo, order.qr_token, order.activation_code, order.qr_svg]


def test_a_waiting_order_keeps_what_has_to_be_sent(student: Student) -> None:
    order = fresh(orders.place(student, by=student.user))
    assert None not in (order.holder, order.photo)


def test_what_was_sent_is_let_go_as_soon_as_mdokumenty_has_it(student: Student) -> None:
    order = orders.place(student, by=student.user)
    responses.record_answer(order, remote(order, RemoteStatus.PENDING), timezone.now())
    assert private(order) == [None] * 5


def test_an_order_cancelled_before_it_was_sent_keeps_nothing(student: Student) -> None:
    order = orders.place(student, by=student.user)
    orders.cancel(order, by=student.user)
    assert private(order) == [None] * 5


def test_an_order_that_may_have_been_sent_keeps_what_it_takes_to_be_certain(student: Student) -> None:
    order = orders.place(student, by=student.user)
    Order.objects.filter(pk=order.pk).update(sent_at=timezone.now())
    orders.cancel(order, by=student.user)
    assert fresh(order).holder is not None


def test_a_refused_order_keeps_nothing(student: Student) -> None:
    order = orders.place(student, by=student.user)
    responses.record_refusal(order, "holder_unknown", timezone.now())
    assert fresh(order).status == Status.REJECTED
    assert private(order) == [None] * 5


def test_what_is_over_keeps_no_trace_of_its_holder_nor_of_what_held_it_up(student: Student) -> None:
    held_up = {
        "blocked_by": "mD-earlier",
        "holder_fingerprint": "f" * 64,
        "low_priority": True,
        "failures": 3,
        "last_failure": "unreachable",
        "attention": "our_mistake",
    }
    order = make_order(student, Status.WAITING, **held_up)
    responses.record_refusal(order, "holder_unknown", timezone.now())
    nothing = {"blocked_by": "", "holder_fingerprint": "", "low_priority": False}
    nothing |= {"failures": 0, "last_failure": "", "attention": ""}
    assert Order.objects.values(*held_up).get() == nothing


@pytest.mark.parametrize("there", [RemoteStatus.COLLECTED, RemoteStatus.EXPIRED, RemoteStatus.REVOKED])
def test_codes_that_were_used_or_are_void_are_forgotten(student: Student, there: RemoteStatus) -> None:
    order = make_order(student, Status.READY)
    responses.record_answer(order, remote(order, there), timezone.now())
    assert fresh(order).codes_expire_at is None
    assert private(order) == [None] * 5


def test_revoking_forgets_the_codes_at_the_click(student: Student) -> None:
    order = make_order(student, Status.READY)
    orders.revoke(order, by=student.user)
    assert private(order) == [None] * 5


@pytest.mark.parametrize("status", sorted(FINAL))
def test_no_final_state_can_be_entered_with_anything_left(
    student: Student, status: Status, settings: Any
) -> None:
    settings.AUTOMATIC_CONFIRMATION = False  # by which it would be extended instead of lapsing
    there = {Status.REJECTED: RemoteStatus.REJECTED, Status.EXPIRED: RemoteStatus.EXPIRED}
    order = orders.place(student, by=None)
    if status == Status.LAPSED:
        responses.record_answer(order, remote(order, RemoteStatus.COLLECTED), timezone.now())
        past = timezone.localdate() - timedelta(days=1)
        Order.objects.update(valid_until=past, confirmed_until=None, card_number="")
        expiry.lapse(order, at=timezone.now())
    else:
        ended = there.get(status) or RemoteStatus(status.value)
        responses.record_answer(order, remote(order, ended), timezone.now())
    order = fresh(order)
    assert order.status == status
    assert private(order) == [None] * 5
    assert (order.next_attempt_at, order.leased_until, order.extend_to, order.blocked_by) == (
        None,
        None,
        None,
        "",
    )
