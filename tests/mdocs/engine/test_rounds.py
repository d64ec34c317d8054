"""Rounds of the engine: how many there are in a run, and for how long an order is a worker's own."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import rounds
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student, make_student

pytestmark = pytest.mark.django_db


def test_a_run_goes_on_until_nothing_is_due(settings: Any) -> None:
    settings.ENGINE_CONNECTIONS = 1
    for _ in range(3):
        orders.place(make_eligible_student(), by=None)
    assert rounds.run(Lane.SEND, ScriptedGateway(submit=echo)) == 3
    assert rounds.run(Lane.SEND, ScriptedGateway()) == 0
    assert set(Order.objects.values_list("status", flat=True)) == {Status.PROCESSING}


def test_a_run_ends_when_its_time_is_up_and_leaves_the_rest_to_the_next(settings: Any) -> None:
    settings.ENGINE_CONNECTIONS = 1
    for _ in range(3):
        orders.place(make_eligible_student(), by=None)
    now, looks = timezone.now(), count()

    def clock() -> Any:
        return now + timedelta(seconds=next(looks))

    assert rounds.run(Lane.SEND, ScriptedGateway(submit=echo), clock=clock, budget=timedelta(seconds=2)) == 1
    assert Order.objects.filter(status=Status.WAITING).count() == 2


def test_an_order_is_a_workers_own_for_the_seconds_of_the_setting(student: Student, settings: Any) -> None:
    settings.ENGINE_LEASE = 50
    order = orders.place(student, by=None)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    now = timezone.now()
    with pytest.raises(KeyboardInterrupt):
        rounds.run_round(Lane.SEND, ScriptedGateway(submit=die), clock=lambda: now)
    assert Order.objects.get(pk=order.pk).leased_until == now + timedelta(seconds=50)


def test_a_question_is_about_a_hundred_orders_at_most() -> None:
    for _ in range(101):
        make_order(make_student(photo=None), Status.PROCESSING)
    asked: list[int] = []

    def count_them(ids: Sequence[str]) -> md.QueryAnswer:
        asked.append(len(ids))
        return answer()

    now = timezone.now()
    rounds.run(Lane.POLL, ScriptedGateway(query=count_them), clock=lambda: now)
    assert asked == [100, 1]  # docs/reference/mdokumenty.md, POST /v1/orders/query
