"""Trouble of ours (a cut connection, a worker that dies, a deadlock) is taken for no defect of an order."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker, merging
from mdocs.engine.breaker import FAILURES_TO_OPEN, State
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Breaker, Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.students.factories import make_clerk, make_eligible_student


def terminate_own_connection() -> None:
    """Have PostgreSQL end this thread's connection, as a restart of it does."""
    names = {"dbname", "user", "password", "host", "port"}
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in names}
    connection.ensure_connection()
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


@pytest.mark.django_db(transaction=True)
def test_a_breaker_whose_worker_dies_while_it_opens_is_not_left_stuck(monkeypatch: Any) -> None:
    breaker.record_failure(Lane.SEND, timezone.now(), FAILURES_TO_OPEN - 1)

    def die(*_arguments: Any) -> timedelta:
        raise OperationalError("server closed the connection unexpectedly")

    records: list[Callable[[datetime], None]] = [
        lambda now: breaker.record_failure(Lane.SEND, now, 1),
        lambda now: breaker.record_not_accepted(Lane.SEND, now),
    ]
    for record in records:
        monkeypatch.setattr(breaker, "jittered", die)
        with pytest.raises(OperationalError):
            record(timezone.now())
        assert (breaker.current(Lane.SEND).state, breaker.current(Lane.SEND).next_probe_at) == (
            State.CLOSED,
            None,
        )
        monkeypatch.undo()
    now = timezone.now()
    breaker.record_failure(Lane.SEND, now, 1)
    assert breaker.current(Lane.SEND).state == State.OPEN
    assert breaker.current(Lane.SEND).next_probe_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "next_probe_at"),
    [(State.OPEN, None), (State.NOT_ACCEPTED, None), (State.CLOSED, timezone.now())],
)
def test_the_database_holds_no_pause_that_is_never_probed(state: str, next_probe_at: datetime | None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Breaker.objects.update(state=state, next_probe_at=next_probe_at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", ["connection cut", "deadlock"])
def test_an_interrupted_recording_is_repeated_and_concerns_no_staff(monkeypatch: Any, trouble: str) -> None:
    order = make_order(make_eligible_student(), Status.PROCESSING)
    gateway = ScriptedGateway(
        query=lambda ids: md.QueryAnswer((remote(order, RemoteStatus.READY),), frozenset())
    )
    worker = Worker(gateway)
    make_due(order, worker.now)
    merge, interrupted = merging._merge, list[str]()

    def interrupted_merge(*arguments: Any) -> None:
        if not interrupted:
            interrupted.append(trouble)
            if trouble == "deadlock":
                raise OperationalError("deadlock detected")
            terminate_own_connection()
        merge(*arguments)

    monkeypatch.setattr(merging, "_merge", interrupted_merge)
    worker.poll()
    waiting = fresh(order)
    assert (interrupted, waiting.status, waiting.attention, waiting.failures) == (
        [trouble],
        "processing",
        "",
        0,
    )
    worker.later(seconds=50)  # the lease has run out
    worker.poll()
    assert (fresh(order).status, fresh(order).attention) == (Status.READY, "")


@pytest.mark.django_db
def test_a_clock_of_theirs_that_is_ahead_does_not_blind_us_to_later_answers(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    ahead = replace(remote(order, RemoteStatus.PROCESSING), updated_at=timezone.now() + timedelta(days=365))
    worker = Worker(ScriptedGateway(query=answer(ahead)))
    make_due(order, worker.now)
    worker.poll()
    remembered = fresh(order).remote_updated_at
    assert remembered is not None and remembered <= worker.now
    worker.later(minutes=2)
    ready = replace(remote(order, RemoteStatus.READY), updated_at=worker.now)
    worker.gateway = ScriptedGateway(query=answer(ready))
    make_due(order, worker.now)
    worker.poll()
    assert fresh(order).status == Status.READY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcome", [None, md.RetryLater(why="HTTP 500"), md.NotAccepted()])
def test_recording_for_many_and_ending_many_wait_for_each_other_in_no_circle(
    outcome: md.MdokumentyError | None,
) -> None:
    clerk = make_clerk("mdocs.view_order")
    made = [make_order(make_eligible_student(), Status.READY) for _ in range(2)]
    first, second = sorted(made, key=lambda order: order.pk)
    # The heap has them the other way round: a statement that takes rows as it finds them begins with the second.
    Order.objects.filter(pk=first.pk).update(rejection_code="")
    held, asked, ended = threading.Event(), threading.Event(), list[str]()

    def end_both() -> None:
        try:
            with transaction.atomic():
                orders.end(first, by=clerk, reason="issued_in_error")  # type: ignore[arg-type]
                held.set()
                asked.wait(60)
                wait_for_a_lock()
                orders.end(second, by=clerk, reason="issued_in_error")  # type: ignore[arg-type]
            ended.append("both")
        finally:
            connection.close()

    bulk = threading.Thread(target=end_both)

    def query(_ids: Any) -> md.QueryAnswer:
        bulk.start()
        held.wait(60)
        asked.set()
        if outcome:
            raise outcome
        same = [remote(each, RemoteStatus.READY, updated_at=each.remote_updated_at) for each in made]
        return md.QueryAnswer(tuple(same), frozenset())

    worker = Worker(ScriptedGateway(query=query))
    for order in made:
        make_due(order, worker.now)
    worker.poll()
    bulk.join(60)
    assert ended == ["both"]
    assert [fresh(order).status for order in made] == [Status.REVOKING] * 2


def wait_for_a_lock() -> None:
    """Wait until somebody waits for a lock of this database."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waits")
