"""From "ready" in mDokumenty to the codes in the database: at most three seconds at a calm time, and few questions."""

from collections.abc import Sequence
from datetime import date, timedelta
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
from tests.students.factories import make_eligible_student

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


class Remote:
    """An mDokumenty that takes so many seconds for each document."""

    def __init__(self, worker: Worker, processing: float) -> None:
        self.worker, self.processing = worker, timedelta(seconds=processing)
        self.questions = 0
        worker.gateway = ScriptedGateway(submit=self._submit, query=self._query)

    def deliver(self, student: Student) -> float:
        """Take an order to its codes; return how long they lay there, in seconds."""
        self.order = orders.place(student, by=None, at=self.worker.now)
        self.accepted = self.order.created_at
        self.worker.until(lambda: fresh(self.order).status == Status.READY)
        return (self.worker.now - self.accepted - self.processing).total_seconds()

    def _submit(self, _: md.OrderRequest) -> md.RemoteOrder:
        return self._order()

    def _query(self, ids: Sequence[str]) -> md.QueryAnswer:
        self.questions += 1
        return answer(self._order())

    def _order(self) -> md.RemoteOrder:
        ready = self.accepted + self.processing
        if self.worker.now >= ready:
            return remote(self.order, RemoteStatus.READY, created_at=self.accepted, updated_at=ready)
        return remote(self.order, RemoteStatus.PROCESSING, created_at=self.accepted, updated_at=self.accepted)


@pytest.mark.django_db
@pytest.mark.parametrize("processing", [0.5, 4, 45])
def test_the_engine_keeps_it(student: Student, processing: float) -> None:
    worker = Worker(ScriptedGateway())
    assert Remote(worker, processing).deliver(student) <= AT_MOST


@pytest.mark.django_db
def test_who_waits_two_minutes_is_asked_about_a_dozen_times_once_that_is_known(
    student: Student, other_student: Student
) -> None:
    there = Remote(Worker(ScriptedGateway()), 120)
    assert there.deliver(student) <= AT_MOST
    there.questions = 0
    assert there.deliver(other_student) <= AT_MOST
    assert there.questions <= 13  # 12, or one more by chance


@pytest.mark.django_db
def test_an_mdokumenty_that_has_become_faster_is_soon_believed(
    student: Student, other_student: Student
) -> None:
    worker = Worker(ScriptedGateway())
    Remote(worker, 90).deliver(student)
    assert Remote(worker, 40).deliver(other_student) <= 30
    assert Remote(worker, 40).deliver(make_eligible_student()) <= AT_MOST
