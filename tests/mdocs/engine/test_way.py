"""The way of an order through the engine, against the sandbox over HTTP."""

from collections.abc import Callable

import pytest

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_eligible_student

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


@pytest.mark.parametrize("pesel", ["02270803625", "44051401359"])
def test_a_confirmed_pesel_with_a_mistake_is_sent_with_the_stored_birth_date(
    sandbox: Sandbox, work: Work, pesel: str
) -> None:
    student = make_eligible_student(pesel=pesel, pesel_confirmed=True, sex=None)
    student.full_clean()
    order = orders.place(student, by=student.user)
    work()
    order.refresh_from_db()
    (issued,) = sandbox.orders()
    assert order.status == Status.READY
    assert (issued["holder"]["pesel"], issued["holder"]["birth_date"]) == (pesel, "2002-07-08")
