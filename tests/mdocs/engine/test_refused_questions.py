"""Refused questions: the one order that is wrong is found, and what is about us sets nothing aside."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mdocs import mdokumenty as md
from mdocs.engine import breaker
from mdocs.engine.breaker import Cause, State
from mdocs.engine.refusals import REFUSALS_TO_PAUSE
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.test_whose_no import MISTAKE, set_aside, work
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> list[Order]:
    return [make_order(make_eligible_student(), Status.PROCESSING) for _ in range(30)]


def test_questions_that_are_all_refused_as_wrong_set_nothing_aside(asked: list[Order]) -> None:
    gateway = ScriptedGateway(query=MISTAKE)
    worker = Worker(gateway)
    work(worker, minutes=10)
    assert breaker.current(Lane.POLL).cause == Cause.MISTAKES
    assert set_aside() == 0
    gateway.answers["query"] = lambda ids: answer(
        *(remote(order, RemoteStatus.COLLECTED) for order in asked if order.mdokumenty_id in ids)
    )
    work(worker, minutes=3)
    assert {fresh(order).status for order in asked} == {Status.COLLECTED}


@pytest.mark.usefixtures("asked")
def test_once_it_is_known_that_it_is_about_us_the_others_are_let_go_unasked() -> None:
    sizes = list[int]()

    def query(ids: list[str]) -> md.QueryAnswer:
        sizes.append(len(ids))
        raise MISTAKE

    Worker(ScriptedGateway(query=query)).poll()
    assert sizes.count(1) == REFUSALS_TO_PAUSE
    assert not Order.objects.exclude(leased_until=None).exists(), "any worker may have them"


@pytest.mark.usefixtures("asked")
def test_no_half_is_asked_about_once_mdokumenty_is_unwell() -> None:
    gateway = ScriptedGateway(query=[MISTAKE, md.RetryLater()])
    Worker(gateway).poll()
    assert gateway.calls == ["query", "query"]


def test_no_half_is_asked_about_so_late_that_the_answer_would_be_another_workers(
    asked: list[Order], settings: Any
) -> None:
    begun = list[datetime]()
    good = asked[0].mdokumenty_id

    def query(ids: list[str]) -> md.QueryAnswer:
        begun.append(worker.now)
        worker.later(seconds=10)
        if ids == [good]:
            return answer(remote(asked[0], RemoteStatus.PROCESSING))
        raise MISTAKE

    worker = Worker(ScriptedGateway(query=query))
    end = worker.now + timedelta(seconds=settings.ENGINE_LEASE)
    worker.poll()
    assert timedelta(seconds=15) <= end - begun[-1] <= timedelta(seconds=25)


def test_of_a_hundred_orders_the_one_that_cannot_be_asked_about_is_found_at_once() -> None:
    asked = [make_order(make_eligible_student(), Status.PROCESSING) for _ in range(60)]
    bad = asked[37]

    def query(ids: list[str]) -> md.QueryAnswer:
        if bad.mdokumenty_id in ids:
            raise MISTAKE
        return answer(
            *(remote(order, RemoteStatus.COLLECTED) for order in asked if order.mdokumenty_id in ids)
        )

    Worker(ScriptedGateway(query=query)).poll()
    assert [order.pk for order in Order.objects.exclude(attention="")] == [bad.pk]
    assert Order.objects.filter(status=Status.COLLECTED).count() == 59


def test_a_proxys_page_in_place_of_an_answer_to_a_question_pauses_the_questions(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    gateway = ScriptedGateway(query=md.ForeignRefusal(why="HTTP 403, server nginx"))
    worker = Worker(gateway)
    worker.poll()
    assert breaker.current(Lane.POLL).cause_words.endswith("(HTTP 403, server nginx)")
    assert (fresh(order).attention, fresh(order).failures) == ("", 0)
    gateway.answers["query"] = answer(remote(order, RemoteStatus.READY))
    work(worker, minutes=2)  # a pause of a minute, a fifth more or less
    assert (fresh(order).status, breaker.current(Lane.POLL).state) == (Status.READY, State.CLOSED)
