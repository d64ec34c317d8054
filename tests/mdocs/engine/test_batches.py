"""Answers of one claim are recorded together: constant statements, each order's own trail, and nobody held up."""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_guid import clear_guid, set_guid

from mdocs import orders
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason, Status
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student, make_student

pytestmark = pytest.mark.django_db(transaction=True)


def place_many(count: int) -> dict[UUID, UUID]:
    """Place orders, each in a request of its own; return the orders and the requests."""
    placed = {}
    for _ in range(count):
        request_id = uuid4()
        set_guid(str(request_id))
        placed[orders.place(make_eligible_student(), by=None).pk] = request_id
        clear_guid()
    return placed


def statements_of(count: int) -> int:
    made = [make_order(make_student(), Status.PROCESSING) for _ in range(count)]
    worker = Worker(ScriptedGateway(query=answer(*(remote(order, RemoteStatus.READY) for order in made))))
    with CaptureQueriesContext(connection) as queries:
        assert worker.poll() == count
    assert all(fresh(order).status == Status.READY for order in made)
    return len(queries)


def test_codes_of_many_cost_as_many_statements_as_those_of_a_few() -> None:
    statements_of(2)  # the breaker has its first look
    few, many = statements_of(2), statements_of(40)
    assert few == many


def test_each_order_keeps_its_request_and_its_call(caplog: pytest.LogCaptureFixture) -> None:
    placed = place_many(5)
    caplog.set_level(logging.INFO, "mdocs.steps")
    caplog.clear()
    sent = Order.objects.in_bulk(placed)
    gateway = ScriptedGateway(submit=lambda request: remote(sent[request.reference], RemoteStatus.PENDING))
    Worker(gateway).send()
    stored = OrderEvent.objects.filter(reason=Reason.ACCEPTED).values_list("order", "request_id")
    assert dict(stored) == placed
    logged = [record.fields for record in caplog.records if record.name == "mdocs.steps"]  # type: ignore[attr-defined]
    assert {UUID(line["order"]) for line in logged} == set(placed)
    assert {(line["call"], line["outcome"], line["to"]) for line in logged} == {
        ("submit", "answered", "processing")
    }


def test_an_order_that_gives_way_to_another_stands_among_those_that_do_not() -> None:
    replaced = make_order(make_eligible_student(), Status.READY)
    others = [make_order(make_student(), Status.READY) for _ in range(3)]
    orders.order_again(replaced, by=replaced.student.user)
    for order in others:
        orders.revoke(order, by=None)
    by_number = {order.mdokumenty_id: order for order in (replaced, *others)}
    ended = ScriptedGateway(revoke=lambda number, _: remote(by_number[number], RemoteStatus.REVOKED))
    Worker(ended).send()
    assert {fresh(order).status for order in (replaced, *others)} == {Status.REVOKED}
    successor = replaced.student.orders.live().get()
    assert (successor.status, successor.events.get().reason) == (Status.WAITING, Reason.ORDERED_AGAIN)


def test_what_another_worker_holds_by_now_is_left_to_it() -> None:
    mine, taken = (make_order(make_student(), Status.PROCESSING) for _ in range(2))
    worker = Worker(ScriptedGateway())
    theirs = worker.now + timedelta(hours=1)

    def ask(_numbers: object) -> object:
        Order.objects.filter(pk=taken.pk).update(leased_until=theirs)
        return answer(*(remote(order, RemoteStatus.READY) for order in (mine, taken)))

    worker.gateway = ScriptedGateway(query=ask)
    worker.poll()
    assert (fresh(mine).leased_until, fresh(taken).leased_until) == (None, theirs)


def test_an_error_in_one_leaves_no_half_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    made = [make_order(make_student(), Status.PROCESSING) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE mdocs_orderevent ADD CONSTRAINT poison CHECK (order_id <> %s OR reason = 'needs_staff') "
            "NOT VALID",
            [str(made[1].pk)],
        )
    try:
        gateway = ScriptedGateway(query=answer(*(remote(order, RemoteStatus.READY) for order in made)))
        Worker(gateway).poll()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mdocs_orderevent DROP CONSTRAINT poison")
    assert [fresh(order).status for order in made] == [Status.READY, Status.PROCESSING, Status.READY]
    assert [order.events.filter(reason=Reason.CODES_READY).count() for order in made] == [1, 0, 1]
    assert fresh(made[1]).attention == "internal_error"
    assert "3 answers are recorded one by one: IntegrityError" in caplog.messages
