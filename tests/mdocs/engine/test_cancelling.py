"""An order that may have been sent is never called cancelled before mDokumenty has cancelled it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mdocs import orders
from mdocs.engine import sending
from mdocs.engine.claims import claim_due
from mdocs.engine.gateway import RoundResult
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(sandbox: Sandbox) -> Sandbox:
    """Return a sandbox that takes its time over a document."""
    sandbox.behave(processing_seconds=[600, 600], hang_seconds=1.5)
    return sandbox


def claim(worker: Worker) -> list[Order]:
    return claim_due(Lane.SEND, worker.now, 10, timedelta(seconds=45))


def carry_out(worker: Worker, claims: list[Order]) -> None:
    result = RoundResult()
    sending.send(claims, worker.gateway, result, worker.clock)
    result.report_to_breaker(
        Lane.SEND, worker.now
    )  # what a refusal is about is known at the end of the round


def until_cancelled(order: Order, worker: Worker, sandbox: Sandbox) -> None:
    """Work on; the moment the order is called cancelled, the ledger must say so too."""
    worker.until(lambda: fresh(order).status == Status.CANCELLED)
    assert [document["status"] for document in sandbox.orders()] == ["cancelled"]


def test_an_order_that_no_worker_has_taken_is_cancelled_at_once(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    orders.cancel(order, by=student.user, at=worker.now)
    worker.later(minutes=1)
    assert worker.send() == 0
    assert fresh(order).status == Status.CANCELLED
    assert order.events.latest("id").reason == Reason.NEVER_SENT
    assert slow.ledger()["calls"] == []


def test_a_click_between_the_claim_and_the_call_waits_for_mdokumenty(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    claims = claim(worker)
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING
    carry_out(worker, claims)
    assert fresh(order).status == Status.CANCELLING
    assert [document["status"] for document in slow.orders()] == ["pending"]
    until_cancelled(order, worker, slow)
    assert history(order) == ["waiting", "cancelling", "cancelled"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("hang", marks=pytest.mark.impatient),
        *("drop_after", "garbage", "error_500", "unavailable_503", "drop_before"),
    ],
)
def test_a_click_while_the_outcome_is_unknown_waits_for_mdokumenty(
    student: Student, slow: Sandbox, worker: Worker, fault: str
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    slow.behave(processing_seconds=[600, 600], hang_seconds=1.5, faults={fault: 1.0})
    claims = claim(worker)
    orders.cancel(order, by=student.user, at=worker.now)
    carry_out(worker, claims)
    worker.later(minutes=20)
    worker.send()
    assert fresh(order).status == Status.CANCELLING
    slow.behave(processing_seconds=[600, 600])
    until_cancelled(order, worker, slow)


@pytest.fixture
def down(slow: Sandbox) -> Iterator[Sandbox]:
    """Return a sandbox that refuses connections until the test is over."""
    slow.stop()
    yield slow
    slow.start()


def test_what_never_left_because_nobody_listens_may_be_cancelled_at_once(
    student: Student, worker: Worker, down: Sandbox
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    assert fresh(order).failures == 1
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLED


def test_a_click_during_the_call_that_could_not_connect_cancels_when_it_fails(
    student: Student, worker: Worker, down: Sandbox
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    claims = claim(worker)
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING
    carry_out(worker, claims)
    assert fresh(order).status == Status.CANCELLED
    assert order.events.latest("id").reason == Reason.NEVER_SENT


def test_a_click_after_an_answer_that_a_proxy_may_have_given_waits_for_mdokumenty(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    slow.behave(processing_seconds=[600, 600], faults={"unavailable_503": 1.0})
    worker.send()
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING
    slow.behave(processing_seconds=[600, 600])
    until_cancelled(order, worker, slow)


def test_a_call_that_was_not_taken_does_not_excuse_an_earlier_call_of_unknown_outcome(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    slow.behave(processing_seconds=[600, 600], faults={"drop_after": 1.0})
    worker.send()
    slow.behave(processing_seconds=[600, 600], faults={"throttle_429": 1.0})
    worker.later(minutes=1)
    worker.send()
    orders.cancel(order, by=student.user, at=worker.now)
    for _ in range(3):
        worker.later(minutes=20)
        worker.send()
        assert fresh(order).status == Status.CANCELLING
    slow.behave(processing_seconds=[600, 600])
    until_cancelled(order, worker, slow)


def test_a_worker_that_died_with_an_order_may_have_sent_it(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    claim(worker)  # … and dies
    worker.later(minutes=1)
    slow.behave(processing_seconds=[600, 600], faults={"throttle_429": 1.0})
    worker.send()
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING
    slow.behave(processing_seconds=[600, 600])
    until_cancelled(order, worker, slow)


def test_a_document_that_was_collected_meanwhile_is_revoked_instead(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.behave(processing_seconds=[600, 600])
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    sandbox.behave(processing_seconds=[0, 0])
    (document,) = sandbox.orders()
    sandbox.activate(document["qr_token"], document["activation_code"])
    orders.cancel(order, by=student.user, at=worker.now)
    worker.until(lambda: not fresh(order).is_live)
    assert history(order) == ["waiting", "processing", "cancelling", "revoking", "revoked"]
    assert fresh(order).revocation_reason == "holder_request"
    assert [document["status"] for document in sandbox.orders()] == ["revoked"]
    assert not sandbox.verify(document["qr_token"])["valid"]


def test_an_order_refused_for_good_while_it_was_being_cancelled_is_cancelled(
    student: Student, slow: Sandbox, worker: Worker
) -> None:
    slow.behave(reject={student.pesel: "photo_rejected"})
    order = orders.place(student, by=student.user, at=worker.now)
    claims = claim(worker)
    orders.cancel(order, by=student.user, at=worker.now)
    carry_out(worker, claims)
    assert fresh(order).status == Status.CANCELLED
    assert slow.orders() == []


def test_a_new_order_after_a_cancelled_one_is_a_new_document(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    first = orders.place(student, by=student.user, at=worker.now)
    claims = claim(worker)
    orders.cancel(first, by=student.user, at=worker.now)
    with pytest.raises(orders.AlreadyOrdered):
        orders.place(student, by=student.user, at=worker.now)
    carry_out(worker, claims)
    worker.until(lambda: fresh(first).status == Status.CANCELLED)
    second = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(second).status == Status.READY)
    assert [document["status"] for document in sandbox.orders()] == ["cancelled", "ready"]
