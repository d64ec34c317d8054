"""`missing` of an order that mDokumenty knew: asked again soon, and staff are called only when it stays so."""

import time
from datetime import timedelta

import pytest

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine.failures import MISSING_FOR_STAFF
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Failure, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def missing(ids: list[str]) -> md.QueryAnswer:
    return answer(missing=ids)


def poll_for(worker: Worker, order: Order, duration: timedelta) -> list[float]:
    """Poll as it becomes due; return the pauses between the questions, in seconds."""
    end, pauses = worker.now + duration, []
    while (due := fresh(order).next_attempt_at or end) < end:
        pauses.append((due - worker.now).total_seconds())
        worker.now = max(due, worker.now)
        worker.poll()
    return pauses


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.READY, Status.COLLECTED])
def test_a_copy_that_lags_calls_nobody_and_is_asked_again_within_seconds(
    student: Student, status: Status
) -> None:
    order = make_order(student, status)
    there = remote(order, RemoteStatus(status))
    worker = Worker(ScriptedGateway(query=[answer(missing=[order.mdokumenty_id or ""]), answer(there)]))
    worker.poll()
    order = fresh(order)
    assert (order.status, order.attention, order.last_failure) == (status, "", Failure.MISSING)
    assert order.next_attempt_at is not None
    assert order.next_attempt_at - worker.now <= timedelta(seconds=1)
    worker.later(seconds=1)
    worker.poll()
    order = fresh(order)
    assert (order.status, order.failures, order.last_failure, order.missing_since) == (status, 0, "", None)


def test_it_is_asked_ever_more_slowly_and_staff_are_called_when_it_stays_so(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    worker = Worker(ScriptedGateway(query=missing, find=None))
    pauses = poll_for(worker, order, MISSING_FOR_STAFF)
    assert fresh(order).attention == ""
    assert 10 <= len(pauses) <= 40
    assert max(pauses) <= 30
    poll_for(worker, order, timedelta(minutes=1))
    order = fresh(order)
    assert (order.status, order.attention) == (Status.PROCESSING, "unknown_there")
    assert order in Order.objects.needing_attention(worker.now)
    gateway = worker.gateway
    assert isinstance(gateway, ScriptedGateway)
    gateway.answers["query"] = answer(remote(order, RemoteStatus.READY))
    poll_for(worker, order, timedelta(minutes=20))
    assert (fresh(order).status, fresh(order).attention) == (Status.READY, "")


def test_one_that_is_found_by_its_reference_is_not_missing(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    worker = Worker(ScriptedGateway(query=missing, find=remote(order, RemoteStatus.COLLECTED)))
    poll_for(worker, order, MISSING_FOR_STAFF + timedelta(minutes=1))
    assert (fresh(order).status, fresh(order).attention) == (Status.COLLECTED, "")


def test_a_search_that_brings_no_answer_is_no_verdict(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    worker = Worker(ScriptedGateway(query=missing, find=md.OutcomeUnknown()))
    poll_for(worker, order, 4 * MISSING_FOR_STAFF)
    assert (fresh(order).attention, fresh(order).last_failure) == ("", Failure.MISSING)


def test_staff_hear_nothing_of_a_minute_in_which_all_orders_are_missing(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.behave(processing_seconds=[2, 2], trouble="missing")
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    poll_for(worker, order, timedelta(minutes=1))
    assert (fresh(order).last_failure, fresh(order).attention) == (Failure.MISSING, "")
    sandbox.behave(processing_seconds=[0, 0])
    time.sleep(2)  # the sandbox's clock is the real one
    worker.until(lambda: fresh(order).status == Status.READY, within=timedelta(minutes=1))
