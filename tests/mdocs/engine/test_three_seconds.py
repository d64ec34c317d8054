"""From "ready" in mDokumenty to the codes in the database: at most three seconds at a calm time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders, schedule
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh

AT_MOST = 3.0  # seconds
TICK = timedelta(seconds=1)
CALL = timedelta(seconds=0.2)  # a call and its recording


def delay(processing: float, chance: Random) -> float:
    """Return how long after it was ready an order is found to be, by the schedule and a tick every second."""
    accepted = timezone.now()
    ready = accepted + timedelta(seconds=processing)
    order = Order(status=Status.PROCESSING, status_changed_at=accepted, valid_until=date.max)
    tick = accepted + TICK * chance.random()
    due = schedule.first_question(accepted)
    while True:
        while tick < due:
            tick += TICK
        answered = tick + CALL
        if answered >= ready:
            return (answered - ready).total_seconds()
        due = schedule.next_question(order, answered)


@pytest.mark.parametrize("processing", [1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 75, 90])
def test_the_schedule_keeps_the_promise_for_any_processing_time(processing: float) -> None:
    chance = Random(processing)
    slowest = max(delay(processing + chance.random(), chance) for _ in range(300))
    assert slowest <= AT_MOST


@pytest.mark.django_db
@pytest.mark.parametrize("processing", [0.5, 4, 45])
def test_the_engine_keeps_it(student: Student, processing: float) -> None:
    worker = Worker(ScriptedGateway())
    order = orders.place(student, by=None, at=worker.now)
    accepted = order.created_at
    ready = accepted + timedelta(seconds=processing)

    def there(now: datetime) -> md.RemoteOrder:
        if now >= ready:
            return remote(order, RemoteStatus.READY, updated_at=ready)
        return remote(order, RemoteStatus.PROCESSING, updated_at=accepted)

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        return answer(there(worker.now))

    worker.gateway = ScriptedGateway(submit=lambda _: there(worker.now), query=query)
    while fresh(order).status != Status.READY:
        worker.send()
        worker.poll()
        worker.now += TICK
    assert (worker.now - TICK - ready).total_seconds() <= AT_MOST
