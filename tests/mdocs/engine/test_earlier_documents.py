"""What becomes of an order whose holder has another document already (409 holder_has_document)."""

from datetime import timedelta

import pytest

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, carried, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def test_an_earlier_document_that_is_not_named_is_for_staff_and_no_sign_of_an_outage(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.behave(processing_seconds=[0, 0], trouble="unnamed_409")
    order = orders.place(student, by=student.user, at=worker.now)
    for _ in range(8):
        worker.send()
        worker.later(minutes=20)
    assert fresh(order).attention == "earlier_unnamed"
    assert order in Order.objects.needing_attention(worker.now)
    assert breaker.current(Lane.SEND).state == breaker.State.CLOSED
    sandbox.behave(processing_seconds=[0, 0])  # the ministry has ended that document
    worker.until(lambda: fresh(order).status == Status.READY, within=timedelta(hours=1))
    assert fresh(order).attention == ""


def test_an_order_that_an_unnamed_document_stands_against_can_be_cancelled(waiting: Order) -> None:
    order = carried(waiting, submit=md.EarlierUnnamed())
    orders.cancel(order, by=None)
    assert fresh(order).status == Status.CANCELLED


def test_an_earlier_document_is_revoked_and_the_order_repeated_each_with_its_event(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    earlier = orders.place(student, by=None, at=worker.now)
    worker.until(lambda: fresh(earlier).status == Status.READY)
    Order.objects.filter(pk=earlier.pk).update(  # the portal's database was restored from a backup, say
        status=Status.CANCELLED,
        next_attempt_at=None,
        qr_token=None,
        activation_code=None,
        qr_svg=None,
        codes_expire_at=None,
    )
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    assert [document["status"] for document in sandbox.orders()] == ["revoked", "ready"]
    events = [(event.reason, event.detail) for event in order.events.order_by("id")]
    there = earlier.mdokumenty_id or fresh(earlier).mdokumenty_id
    assert events[1:3] == [(Reason.EARLIER_FOUND, there), (Reason.EARLIER_ENDED, there)]


@pytest.mark.parametrize("status", [Status.READY, Status.COLLECTED])
def test_a_document_of_another_student_is_not_ended_for_this_one(
    waiting: Order, other_student: Student, status: Status
) -> None:
    other = make_order(other_student, status)
    gateway = ScriptedGateway(
        submit=[md.HolderHasDocument(other.mdokumenty_id or ""), remote(waiting, RemoteStatus.READY)],
        revoke=remote(other, RemoteStatus.REVOKED),
    )
    worker = Worker(gateway)
    worker.send()
    assert (fresh(waiting).attention, fresh(waiting).blocked_by) == ("earlier_unnamed", "")
    assert waiting in Order.objects.needing_attention(worker.now)
    worker.later(minutes=20)
    worker.send()  # the ministry has found its mistake
    assert (fresh(waiting).status, fresh(waiting).attention) == (Status.READY, "")
    assert (fresh(other).status, gateway.calls) == (status, ["submit", "submit"])


def test_an_earlier_order_that_is_not_issued_yet_is_cancelled(waiting: Order) -> None:
    there = remote(waiting, RemoteStatus.CANCELLED, order_id="mD-earlier")
    gateway = ScriptedGateway(
        submit=[md.HolderHasDocument("mD-earlier"), remote(waiting, RemoteStatus.READY)],
        revoke=md.NotIssued(),
        cancel=there,
    )
    worker = Worker(gateway)
    worker.until(lambda: fresh(waiting).status == Status.READY)
    assert gateway.calls == ["submit", "revoke", "cancel", "submit"]


@pytest.mark.parametrize("gone", [md.OrderFinal(RemoteStatus.EXPIRED), md.OrderUnknown()])
def test_an_earlier_document_that_is_gone_is_no_obstacle(waiting: Order, gone: md.MdokumentyError) -> None:
    gateway = ScriptedGateway(
        submit=[md.HolderHasDocument("mD-earlier"), remote(waiting, RemoteStatus.READY)], revoke=gone
    )
    Worker(gateway).until(lambda: fresh(waiting).status == Status.READY)


def test_a_server_that_goes_on_naming_a_revoked_document_is_not_hammered(waiting: Order) -> None:
    gateway = ScriptedGateway(
        submit=md.HolderHasDocument("mD-earlier"),
        revoke=lambda *_: remote(waiting, RemoteStatus.REVOKED, order_id="mD-earlier"),
    )
    worker = Worker(gateway)
    end = worker.now + timedelta(hours=1)
    worker.until(lambda: worker.now > end)
    assert len(gateway.calls) < 40
    assert fresh(waiting).status == Status.WAITING
    assert fresh(waiting).failures == gateway.calls.count("submit") - 1  # the first time it is revoked


def test_an_order_being_cancelled_cannot_be_there_while_an_earlier_document_is(waiting: Order) -> None:
    Order.objects.update(sent_at=waiting.created_at)
    orders.cancel(waiting, by=None)
    gateway = ScriptedGateway(submit=md.HolderHasDocument("mD-earlier"))
    Worker(gateway).send()
    assert (fresh(waiting).status, gateway.calls) == (Status.CANCELLED, ["submit"])
