"""The way of an order through the engine, against the sandbox over HTTP."""

from collections.abc import Callable

import pytest

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], int]


def history(order: Order) -> list[str]:
    return [event.new for event in order.events.all()]


def test_an_order_becomes_ready_with_the_codes_that_mdokumenty_issued(
    student: Student, sandbox: Sandbox, work: Work
) -> None:
    order = orders.place(student, by=student.user)
    work()
    order.refresh_from_db()
    (issued,) = sandbox.orders()
    assert order.status == Status.READY
    assert (order.qr_token, order.activation_code) == (issued["qr_token"], issued["activation_code"])
    assert history(order) == ["waiting", "ready"]
