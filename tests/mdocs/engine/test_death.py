"""A worker that dies at any point: its lease runs out, another goes on, and there is one document."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from mdocs import orders
from mdocs.engine import failures, merging, responses
from mdocs.engine.gateway import Gateway
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=settings.ENGINE_LEASE)


class Killed(BaseException):
    """What no `except Exception` catches: the process is gone."""


class DyingWire:
    """The real wire, in whose hands the process dies before or after a call."""

    def __init__(self, gateway: Gateway, operation: str, *, after: bool) -> None:
        self._gateway = gateway
        self._operation = operation
        self._after = after

    @property
    def clock_difference(self) -> timedelta | None:
        return self._gateway.clock_difference

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        real: Callable[..., Any] = getattr(self._gateway, operation)
        if operation != self._operation:
            return real

        def dying(*arguments: object) -> None:
            if self._after:
                real(*arguments)
            raise Killed

        return dying


def die(worker: Worker, operation: str, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker die at this moment of its next round."""
    gateway = worker.gateway
    with monkeypatch.context() as patch:
        if moment == "recording":

            def killed(*_: object, **__: object) -> None:
                raise Killed

            for module in (responses, failures):
                for name in [name for name in vars(module) if name.startswith("record_")]:
                    patch.setattr(module, name, killed)
            patch.setattr(merging, "merge", killed)  # in the transaction of a batch
        else:
            worker.gateway = DyingWire(gateway, operation, after=moment == "after")
        with pytest.raises(Killed):
            worker.poll() if operation == "query" else worker.send()
    worker.gateway = gateway


def brought_to(status: Status, student: Student, sandbox: Sandbox, worker: Worker) -> Order:
    """Return an order that the next call of the worker concerns."""
    order = orders.place(student, by=student.user, at=worker.now)
    if status == Status.WAITING:
        return order
    if status == Status.PROCESSING:
        sandbox.behave(processing_seconds=[0.2, 0.2])
        worker.send()
        worker.now = fresh(order).next_attempt_at or worker.now
        return order
    if status == Status.CANCELLING:
        sandbox.behave(processing_seconds=[600, 600])
        worker.send()
        return orders.cancel(order, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    if status == Status.REVOKING:
        return orders.revoke(order, by=student.user, at=worker.now)
    order = fresh(order)
    sandbox.activate(order.qr_token or "", order.activation_code or "")
    worker.until(lambda: fresh(order).status == Status.COLLECTED)
    return orders.extend(order, order.valid_until + timedelta(days=180), by=None, at=worker.now)


@pytest.mark.parametrize("moment", ["before", "after", "recording"])
@pytest.mark.parametrize(
    ("operation", "status", "ends"),
    [
        ("submit", Status.WAITING, Status.READY),
        ("query", Status.PROCESSING, Status.READY),
        ("cancel", Status.CANCELLING, Status.CANCELLED),
        ("revoke", Status.REVOKING, Status.REVOKED),
        ("extend", Status.COLLECTED, Status.COLLECTED),
    ],
)
def test_another_worker_goes_on_when_the_lease_has_run_out(
    student: Student,
    sandbox: Sandbox,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    status: Status,
    ends: Status,
    moment: str,
) -> None:
    order = brought_to(status, student, sandbox, worker)
    so_far = history(order)
    die(worker, operation, moment, monkeypatch)
    assert history(order) == so_far
    worker.now += LEASE - timedelta(seconds=1)
    assert worker.send() + worker.poll() == 0
    worker.now += timedelta(seconds=1)
    worker.until(lambda: fresh(order).status == ends and fresh(order).extend_to is None)
    (document,) = sandbox.orders()
    order = fresh(order)
    assert (document["status"], document["valid_until"]) == (ends, order.valid_until.isoformat())


def test_a_batch_is_not_lost_with_the_worker_that_held_it(
    sandbox: Sandbox, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.students.factories import make_eligible_student

    for _ in range(5):
        student = make_eligible_student()
        orders.place(student, by=student.user, at=worker.now)
    die(worker, "submit", "recording", monkeypatch)
    worker.now += LEASE
    worker.until(lambda: not Order.objects.exclude(status=Status.READY).exists())
    assert len(sandbox.orders()) == 5


def test_a_student_may_cancel_while_nobody_has_noticed_yet_that_the_worker_died(
    student: Student, sandbox: Sandbox, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    die(worker, "submit", "after", monkeypatch)
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING
    worker.until(lambda: fresh(order).status == Status.CANCELLED)
    assert [document["status"] for document in sandbox.orders()] == ["cancelled"]
