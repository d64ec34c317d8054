"""What mDokumenty refuses in one kind of call neither stops the others nor is taken for mended by their answers."""

import logging
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker
from mdocs.engine.breaker import State
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import LIVE, Failure, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_clerk, make_eligible_student

pytestmark = pytest.mark.django_db


def seconds(worker: Worker, duration: int) -> Iterator[None]:
    """Have both lanes work for so many seconds, in an order that changes; a half-hour in longer steps."""
    chance, step = random.Random(7), 1 if duration < 600 else 6
    for _ in range(0, duration, step):
        worker.later(seconds=step)
        for work in chance.sample([worker.send, worker.poll], 2):
            work()
        yield


@pytest.mark.parametrize("status", sorted(LIVE))
def test_a_live_order_is_in_a_lane_so_that_the_worker_takes_it(student: Student, status: Status) -> None:
    order = make_order(student, status)
    order.refresh_from_db()
    of_lanes = [priority for lane in Lane for priority in lane.priorities]
    assert order.priority in of_lanes, "priority_of_order in mdocs/querysets.py names each live state"


def state(lane: Lane) -> str:
    return breaker.current(lane).state


def test_orders_refused_while_questions_are_answered_alarm_once_and_hold_up_nobody_else(
    student: Student, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = [orders.place(make_eligible_student(), by=None) for _ in range(5)]
    processing = make_order(student, Status.PROCESSING)

    def still(ids: Any) -> md.QueryAnswer:
        return answer(replace(remote(processing, RemoteStatus.PROCESSING), updated_at=processing.created_at))

    gateway = ScriptedGateway(submit=md.NotAccepted(), query=still)
    worker = Worker(gateway)
    with caplog.at_level(logging.WARNING):
        states = [state(Lane.SEND) for _ in seconds(worker, 1800)]
    assert set(states) == {State.NOT_ACCEPTED}
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert 5 + 25 <= gateway.calls.count("submit") <= 5 + 37  # the first batch, then a probe a minute
    assert state(Lane.POLL) == State.CLOSED
    assert gateway.calls.count("query") > 30  # the one who waits for codes is asked about as ever

    gateway.answers |= {"submit": echo, "query": answer(remote(processing, RemoteStatus.READY))}
    for _ in seconds(worker, 75):
        pass
    assert state(Lane.SEND) == State.CLOSED
    assert {fresh(order).status for order in waiting} == {Status.PROCESSING}
    assert fresh(processing).status == Status.READY


def test_revocations_that_are_accepted_do_not_prove_that_orders_are(
    student: Student, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = orders.place(student, by=None)
    gateway = ScriptedGateway(submit=md.NotAccepted())
    worker = Worker(gateway)
    worker.send()
    clerk = make_clerk()
    documents = [make_order(make_eligible_student(), Status.COLLECTED) for _ in range(3)]
    by_number = {document.mdokumenty_id: remote(document, RemoteStatus.REVOKED) for document in documents}
    for document in documents:
        orders.revoke(document, by=clerk)
    gateway.answers["revoke"] = lambda number, reason: by_number[number]
    # The order that was refused is in other hands for a while: the probe falls to a revocation.
    Order.objects.filter(pk=waiting.pk).update(leased_until=worker.now + timedelta(minutes=10))
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        states = {state(Lane.SEND) for _ in seconds(worker, 300)}
    assert states == {State.NOT_ACCEPTED}
    assert caplog.records == []
    assert not Order.objects.filter(status=Status.REVOKING).exists()  # each was a probe, one at a time


def test_what_nobody_wants_any_more_does_not_keep_the_lane_paused(student: Student) -> None:
    waiting = orders.place(student, by=student.user)
    gateway = ScriptedGateway(submit=md.NotAccepted())
    worker = Worker(gateway)
    worker.send()
    orders.cancel(waiting, by=student.user)
    assert fresh(waiting).status == Status.CANCELLED
    document = make_order(make_eligible_student(), Status.COLLECTED)
    gateway.answers["revoke"] = remote(document, RemoteStatus.REVOKED)
    orders.revoke(document, by=make_clerk())
    for _ in seconds(worker, 75):
        pass
    assert (fresh(document).status, state(Lane.SEND)) == (Status.REVOKED, State.CLOSED)


def test_questions_refused_are_proved_right_by_a_question_though_none_is_due(student: Student) -> None:
    processing = make_order(student, Status.PROCESSING)
    gateway = ScriptedGateway(query=[md.NotAccepted(), answer(remote(processing, RemoteStatus.READY))])
    worker = Worker(gateway)
    worker.poll()
    Order.objects.update(next_attempt_at=worker.now + timedelta(days=1))
    for _ in seconds(worker, 75):
        pass
    assert (state(Lane.POLL), fresh(processing).status) == (State.CLOSED, Status.READY)


def test_a_server_that_fails_at_orders_only_is_still_asked_questions(student: Student) -> None:
    for _ in range(5):
        orders.place(make_eligible_student(), by=None)
    processing = make_order(student, Status.PROCESSING)
    gateway = ScriptedGateway(
        submit=md.RetryLater(why="HTTP 500"),
        query=answer(remote(processing, RemoteStatus.READY)),
        health=None,
    )
    worker = Worker(gateway)
    worker.send()
    assert state(Lane.SEND) == State.OPEN
    worker.later(seconds=1)
    worker.poll()
    assert fresh(processing).status == Status.READY
    assert state(Lane.SEND) == State.OPEN
    assert set(Order.objects.filter(status=Status.WAITING).values_list("last_failure", flat=True)) == {
        Failure.UNREACHABLE
    }


def test_each_lane_shows_its_own_sign_of_life() -> None:
    worker = Worker(ScriptedGateway())
    worker.poll()
    assert breaker.current(Lane.POLL).engine_seen_at == worker.now
    assert breaker.current(Lane.SEND).engine_seen_at is None
    worker.send()
    assert breaker.current(Lane.SEND).engine_seen_at == worker.now


@pytest.mark.parametrize("lane", Lane)
def test_of_mdokumenty_as_a_whole_the_worse_lane_is_told(lane: Lane) -> None:
    other, now = next(each for each in Lane if each is not lane), timezone.now()
    assert breaker.worst().state == State.CLOSED
    breaker.record_failure(lane, now, breaker.FAILURES_TO_OPEN)
    assert breaker.worst().state == State.OPEN
    breaker.record_not_accepted(other, now)
    assert breaker.worst().lane == other
