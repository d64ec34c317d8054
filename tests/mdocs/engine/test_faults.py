"""Whatever goes wrong between us and mDokumenty, an order ends where it should, with one document in the ledger."""

from typing import Any

import pytest

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db

FAULTS = [
    "refuse",
    "drop_before",
    "drop_after",
    "hang",
    "garbage",
    "error_500",
    "unavailable_503",
    "throttle_429",
    "stale",
]
HANG = 1.5  # seconds; an impatient client waits for 1
EACH_FAULT = pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=pytest.mark.impatient if fault == "hang" else ()) for fault in FAULTS],
)


def behave(sandbox: Sandbox, *, processing: float = 0, **members: Any) -> None:
    sandbox.behave(processing_seconds=[processing, processing], hang_seconds=HANG, **members)


@EACH_FAULT
def test_an_order_survives_two_rounds_of_nothing_but_this_fault(
    student: Student, sandbox: Sandbox, worker: Worker, fault: str
) -> None:
    behave(sandbox, processing=0.3, faults={fault: 1.0})
    order = orders.place(student, by=student.user, at=worker.now)
    for _ in range(2):
        worker.send()
        worker.ask()
        worker.later(seconds=10)
    assert fresh(order).is_live
    behave(sandbox)
    worker.until(lambda: fresh(order).status == Status.READY)
    (document,) = sandbox.orders()
    order = fresh(order)
    assert (order.mdokumenty_id, order.activation_code) == (document["order_id"], document["activation_code"])
    assert (order.failures, order.last_failure, order.attention) == (0, "", "")


@EACH_FAULT
def test_a_document_is_revoked_through_this_fault(
    student: Student, sandbox: Sandbox, worker: Worker, fault: str
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    behave(sandbox, faults={fault: 1.0})
    orders.revoke(order, by=student.user, at=worker.now)
    worker.send()
    assert fresh(order).status == (Status.REVOKED if fault == "stale" else Status.REVOKING)
    behave(sandbox)
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    assert [document["status"] for document in sandbox.orders()] == ["revoked"]


def test_an_order_placed_during_an_outage_is_kept_and_sent_when_it_is_over(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    behave(sandbox, outage=True)
    order = orders.place(student, by=student.user, at=worker.now)
    for _ in range(12):
        worker.send()
        worker.later(minutes=5)
    assert fresh(order).status == Status.WAITING
    behave(sandbox)
    worker.until(lambda: fresh(order).status == Status.READY)
    assert len(sandbox.orders()) == 1


def test_a_server_that_is_gone_and_comes_back_costs_nothing_but_time(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.stop()
    try:
        order = orders.place(student, by=student.user, at=worker.now)
        for _ in range(5):
            worker.send()
            worker.later(minutes=1)
    finally:
        sandbox.start()
    behave(sandbox)
    worker.until(lambda: fresh(order).status == Status.READY)
    assert len(sandbox.orders()) == 1


def test_an_older_state_after_a_newer_one_takes_nothing_back(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    behave(sandbox, processing=0.2)
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    behave(sandbox, faults={"stale": 1.0})
    for _ in range(10):
        worker.later(minutes=10)
        worker.ask()
    assert history(order) == ["waiting", "processing", "ready"]


def test_retry_after_is_honoured(student: Student, sandbox: Sandbox, worker: Worker) -> None:
    behave(sandbox, faults={"unavailable_503": 1.0})  # with Retry-After: 1
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    worker.later(seconds=0.99)
    assert worker.send() == 0
    worker.later(seconds=0.01)
    assert worker.send() == 1
    assert fresh(order).failures == 2


@pytest.mark.impatient
def test_forty_orders_get_through_with_three_calls_in_ten_going_wrong(
    sandbox: Sandbox, worker: Worker
) -> None:
    behave(sandbox, processing=0.5, faults=dict.fromkeys(FAULTS, 0.3 / len(FAULTS)), seed=7)
    for _ in range(40):
        student = make_eligible_student()
        orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: not Order.objects.exclude(status=Status.READY).exists())
    ledger = sandbox.ledger()
    assert sum(call["fault"] is not None for call in ledger["calls"]) >= 10
    documents = {document["client_reference"]: document for document in ledger["orders"]}
    assert len(ledger["orders"]) == len(documents) == 40
    for order in Order.objects.all():
        document = documents[str(order.pk)]
        assert (order.qr_token, document["status"]) == (document["qr_token"], "ready")
        assert document["student_number"] == order.album_number
