"""The breaker: after a run of failures only one probe at a time goes out, whichever worker sends it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Lock
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker, rounds
from mdocs.engine.breaker import FAILURES_TO_OPEN, Permit, State
from mdocs.models import Breaker, Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student

DOWN = md.RetryLater(not_done=True)
pytestmark = pytest.mark.django_db


def open_breaker(worker: Worker, retry_after: timedelta | None = None) -> None:
    breaker.record_failure(Lane.SEND, worker.now, FAILURES_TO_OPEN, retry_after)
    assert breaker.current(Lane.SEND).state == State.OPEN


def test_it_opens_after_a_run_of_failures_and_not_before(student: Student) -> None:
    order = orders.place(student, by=None)
    worker = Worker(ScriptedGateway(submit=DOWN))
    for failures in range(1, 6):  # docs/lifecycle.md, When mDokumenty is down
        assert breaker.current(Lane.SEND).state == State.CLOSED
        make_due(order, worker.now)
        worker.send()
        assert fresh(order).failures == failures
    assert breaker.current(Lane.SEND).state == State.OPEN


def test_an_answer_in_between_begins_the_count_anew(student: Student) -> None:
    order = orders.place(student, by=None)
    failing: list[Any] = [DOWN] * (FAILURES_TO_OPEN - 1)
    gateway = ScriptedGateway(submit=[*failing, md.OurMistake("bad_request"), *failing])
    worker = Worker(gateway)
    for _ in range(2 * FAILURES_TO_OPEN - 1):
        make_due(order, worker.now)
        worker.send()
    assert breaker.current(Lane.SEND).state == State.CLOSED
    assert breaker.current(Lane.SEND).failures == FAILURES_TO_OPEN - 1


def test_while_it_is_open_nothing_is_sent_but_one_probe_after_each_pause(db: None) -> None:
    for _ in range(8):
        student = make_eligible_student()
        orders.place(student, by=None)
    gateway = ScriptedGateway(submit=DOWN, health=DOWN)
    worker = Worker(gateway)
    worker.send()
    assert (len(gateway.calls), breaker.current(Lane.SEND).state) == (8, State.OPEN)
    moments = []
    for second in range(180):
        before = len(gateway.calls)
        worker.later(seconds=1)
        worker.send()
        worker.poll()
        assert len(gateway.calls) - before <= 1
        if len(gateway.calls) > before:
            moments.append(second)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert 6 <= len(moments) <= 20
    assert max(pauses) <= 37  # 30 seconds, the jitter, and a tick
    assert pauses[0] < pauses[-1]


def test_each_probe_that_fails_doubles_the_pause_up_to_half_a_minute(db: None) -> None:
    worker = Worker(ScriptedGateway())
    open_breaker(worker)
    pauses = []
    for _ in range(20):
        pauses.append(((breaker.current(Lane.SEND).next_probe_at or worker.now) - worker.now).total_seconds())
        breaker.record_failure(Lane.SEND, worker.now, 1)
    for pause, expected in zip(pauses, [2, 4, 8, 16] + [30] * 16, strict=True):
        assert 0.8 * expected <= pause <= 1.2 * expected


def test_a_server_with_nothing_due_is_asked_for_its_health(db: None) -> None:
    gateway = ScriptedGateway(health=[DOWN, None])
    worker = Worker(gateway)
    open_breaker(worker)
    worker.later(seconds=3)
    worker.send()
    worker.send()
    assert (gateway.calls, breaker.current(Lane.SEND).state) == (["health"], State.OPEN)
    worker.later(seconds=10)
    worker.send()
    assert (gateway.calls, breaker.current(Lane.SEND).state) == (["health", "health"], State.CLOSED)


def test_a_certificate_refused_at_the_health_question_is_not_taken_for_an_outage(db: None) -> None:
    worker = Worker(ScriptedGateway(health=md.NotAccepted()))
    open_breaker(worker)
    worker.later(seconds=3)
    worker.send()
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED


def test_retry_after_is_honoured(student: Student) -> None:
    order = orders.place(student, by=None)
    gateway = ScriptedGateway(submit=echo)
    worker = Worker(gateway)
    make_due(order, worker.now)
    open_breaker(worker, timedelta(seconds=120))
    worker.later(seconds=119)
    assert worker.send() == 0
    worker.later(seconds=2)
    assert worker.send() == 1
    assert breaker.current(Lane.SEND).state == State.CLOSED


def test_of_several_retry_after_the_longest_counts(db: None) -> None:
    for _ in range(FAILURES_TO_OPEN):
        orders.place(make_eligible_student(), by=None)
    waits: list[Any] = [md.RetryLater(retry_after=timedelta(seconds=s)) for s in (60, 120, 180, 90, 70)]
    worker = Worker(ScriptedGateway(submit=waits))
    worker.send()
    assert breaker.current(Lane.SEND).next_probe_at == worker.now + timedelta(seconds=180)


def test_no_retry_after_pauses_everything_for_longer_than_a_quarter_of_an_hour(db: None) -> None:
    worker = Worker(ScriptedGateway())
    open_breaker(worker, timedelta(hours=1))
    assert breaker.current(Lane.SEND).next_probe_at == worker.now + timedelta(minutes=15)


def test_a_second_batch_that_was_on_its_way_prolongs_the_pause_by_one_step_only(db: None) -> None:
    worker = Worker(ScriptedGateway())
    open_breaker(worker)
    breaker.record_failure(Lane.SEND, worker.now, 16)
    pause = (breaker.current(Lane.SEND).next_probe_at or worker.now) - worker.now
    assert timedelta(seconds=3) < pause < timedelta(seconds=5)  # 4 seconds and the jitter


def test_a_refusal_is_an_answer_and_closes_it(student: Student) -> None:
    order = orders.place(student, by=None)
    worker = Worker(ScriptedGateway(submit=md.Refused("holder_unknown", "")))
    make_due(order, worker.now)
    open_breaker(worker)
    worker.later(seconds=3)
    worker.send()
    assert (breaker.current(Lane.SEND).state, fresh(order).status) == (State.CLOSED, Status.REJECTED)


def test_when_it_closes_the_backlog_drains(db: None, settings: Any) -> None:
    settings.ENGINE_CONNECTIONS = 4
    for _ in range(10):
        student = make_eligible_student()
        orders.place(student, by=None)
    gateway = ScriptedGateway(submit=echo)
    worker = Worker(gateway)
    Order.objects.update(next_attempt_at=worker.now)
    open_breaker(worker)
    worker.later(seconds=3)
    batches = [worker.send() for _ in range(5)]
    assert batches == [1, 4, 4, 1, 0]


def test_a_probe_whose_worker_died_is_handed_to_another(db: None) -> None:
    worker = Worker(ScriptedGateway())
    open_breaker(worker)
    worker.later(seconds=3)
    assert breaker.request_permit(Lane.SEND, worker.now, timedelta(seconds=45)) is Permit.PROBE
    worker.later(seconds=44)
    assert breaker.request_permit(Lane.SEND, worker.now, timedelta(seconds=45)) is Permit.NOTHING
    worker.later(seconds=1)
    assert breaker.request_permit(Lane.SEND, worker.now, timedelta(seconds=45)) is Permit.PROBE


def test_a_probe_that_found_out_nothing_is_handed_back(student: Student, other_student: Student) -> None:
    unreadable, other = make_order(student), orders.place(other_student, by=None)
    gateway = ScriptedGateway(submit=echo)
    worker = Worker(gateway)
    make_due(unreadable, worker.now - timedelta(hours=1))
    make_due(other, worker.now)
    open_breaker(worker)
    worker.later(seconds=3)
    worker.send()
    assert (fresh(unreadable).attention, gateway.calls) == ("data_unreadable", [])
    worker.send()
    assert (fresh(other).status, breaker.current(Lane.SEND).state) == (Status.PROCESSING, State.CLOSED)


def test_a_failed_question_is_one_failure_however_many_orders_it_was_about(db: None) -> None:
    for _ in range(FAILURES_TO_OPEN):
        make_order(make_eligible_student(), Status.PROCESSING)
    Worker(ScriptedGateway(query=DOWN)).poll()
    assert (breaker.current(Lane.POLL).state, breaker.current(Lane.POLL).failures) == (State.CLOSED, 1)


def test_orders_of_a_failed_question_back_off_each_by_its_own_failures(
    student: Student, other_student: Student
) -> None:
    fresh_one = make_order(student, Status.PROCESSING)
    make_order(other_student, Status.PROCESSING, failures=20)
    worker = Worker(ScriptedGateway(query=[DOWN, answer()]))
    worker.poll()
    assert (fresh(fresh_one).next_attempt_at or worker.now) <= worker.now + timedelta(seconds=1)


def test_there_is_a_trace_of_a_worker_that_is_alive(db: None) -> None:
    worker = Worker(ScriptedGateway())
    worker.send()
    worker.send()
    assert breaker.current(Lane.SEND).engine_seen_at == worker.now
    begun = worker.now
    worker.later(seconds=4.9)
    worker.send()
    assert breaker.current(Lane.SEND).engine_seen_at == begun  # no write for every round
    worker.later(seconds=0.2)
    worker.send()
    assert breaker.current(Lane.SEND).engine_seen_at == worker.now
    worker.later(seconds=60)
    worker.send()
    assert breaker.current(Lane.SEND).engine_seen_at == worker.now


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_probes(transactional_db: None) -> None:
    for _ in range(4):
        student = make_eligible_student()
        orders.place(student, by=None)
    now = timezone.now()
    Breaker.objects.update(state=State.OPEN, failures=FAILURES_TO_OPEN, next_probe_at=now)
    together, lock = Barrier(4), Lock()
    sent: list[md.OrderRequest] = []

    def slow(request: md.OrderRequest) -> md.RemoteOrder:
        with lock:
            sent.append(request)
        time.sleep(0.3)
        raise DOWN

    def work(_: int) -> int:
        try:
            together.wait(timeout=60)
            return rounds.run_round(Lane.SEND, ScriptedGateway(submit=slow), clock=lambda: now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        handled = sorted(workers.map(work, range(4)))
    assert (handled, len(sent)) == ([0, 0, 0, 1], 1)
