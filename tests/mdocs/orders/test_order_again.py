"""Ordering again is one click: revoke, then order, in that sequence."""

import pytest

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import LIVE, Reason, Status
from students.models import Student
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]


def issued(student: Student, worker: Worker) -> Order:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    return fresh(order)


def test_the_new_order_is_placed_when_mdokumenty_has_revoked_the_old(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    old = issued(student, worker)
    asked = orders.order_again(old, by=student.user, at=worker.now)
    assert (asked, asked.status) == (old, Status.REVOKING)
    assert [event.reason for event in old.events.all()][-2:] == [Reason.REVOKE_ASKED, Reason.AGAIN_ASKED]
    assert list(Order.objects.live()) == [old]
    worker.until(lambda: Order.objects.filter(status=Status.READY).exists())
    new = Order.objects.live().get()
    assert history(old) == ["waiting", "ready", "revoking", "revoked"]
    assert new.events.earliest("at").reason == Reason.ORDERED_AGAIN
    first, second = sandbox.orders()
    assert [first["status"], second["status"]] == ["revoked", "ready"]
    assert first["history"][-1][1] < second["created_at"]


def test_while_mdokumenty_is_down_the_old_one_stays_and_nothing_is_lost(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    old = issued(student, worker)
    sandbox.behave(processing_seconds=[0, 0], outage=True)
    orders.order_again(old, by=student.user, at=worker.now)
    for _ in range(20):
        worker.send()
        worker.later(seconds=30)
    assert Order.objects.filter(status__in=LIVE).get().status == Status.REVOKING
    sandbox.behave(processing_seconds=[0, 0])
    worker.until(lambda: Order.objects.filter(status=Status.READY).exists())
    assert [order["status"] for order in sandbox.orders()] == ["revoked", "ready"]


def test_who_could_not_order_again_keeps_what_they_have(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    Student.objects.filter(pk=student.pk).update(photo=None)
    with pytest.raises(orders.NotEligible):
        orders.order_again(order, by=student.user)
    order.refresh_from_db()
    assert (order.status, order.order_again, order.events.count()) == (Status.COLLECTED, False, 0)


def test_who_loses_the_right_in_between_is_told_why_there_is_no_new_order(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    old = issued(student, worker)
    orders.order_again(old, by=student.user, at=worker.now)
    Student.objects.filter(pk=student.pk).update(photo=None)
    worker.until(lambda: fresh(old).status == Status.REVOKED)
    assert Order.objects.get() == old
    assert [event.reason for event in old.events.all()][-2:] == [Reason.CONFIRMED, Reason.AGAIN_IMPOSSIBLE]


def test_an_old_document_that_mdokumenty_ended_by_itself_makes_way_as_well(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    old = issued(student, worker)
    worker.gateway.cancel(old.mdokumenty_id or "")
    orders.order_again(old, by=student.user, at=worker.now)
    worker.until(lambda: Order.objects.filter(status=Status.READY).exists())
    assert history(old)[-2:] == ["revoking", "cancelled"]
    assert [order["status"] for order in sandbox.orders()] == ["cancelled", "ready"]
