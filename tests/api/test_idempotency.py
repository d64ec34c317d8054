"""A call that is repeated with its `Idempotency-Key` has one effect, from however many places and however late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from api.models import IdempotentResponse
from api.tasks import delete_idempotent_responses
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.api.caller import Caller, make_token
from tests.mdocs.factories import make_order

KEY = {"Idempotency_Key": "my-key-1"}


def test_the_same_call_brings_the_same_answer_and_no_second_order(script: Caller) -> None:
    first, again = script.post("me/orders", **KEY), script.post("me/orders", **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert script.post("me/orders", Idempotency_Key="another").status_code == 409
    assert Order.objects.count() == 1


def test_the_key_of_another_call_is_refused(script: Caller, office: Caller, student: Student) -> None:
    order = script.post("me/orders", **KEY).json()
    refused = script.post(f"me/orders/{order['id']}/cancel", **KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    card = student.cards.get()
    assert office.post(f"cards/{card.pk}/end", {"reason": "lost"}, **KEY).status_code == 200
    other_body = office.post(f"cards/{card.pk}/end", {"reason": "returned"}, **KEY)
    assert other_body.status_code == 422
    assert Order.objects.get().status == Status.WAITING


def test_keys_of_two_users_have_nothing_to_do_with_each_other(script: Caller, stranger: Caller) -> None:
    answers = [caller.post("me/orders", **KEY).json()["id"] for caller in (script, stranger)]
    assert len(set(answers)) == 2


def test_a_refusal_is_not_kept(script: Caller, student: Student) -> None:
    order = make_order(student)
    assert script.post("me/orders", **KEY).status_code == 409
    script.post(f"me/orders/{order.pk}/cancel")
    assert script.post("me/orders", **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 101, "ż"])
def test_what_is_no_key_is_refused(script: Caller, key: str) -> None:
    refused = script.post("me/orders", Idempotency_Key=key)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["Idempotency-Key"])
    assert not Order.objects.exists()


def test_a_key_is_forgotten_after_a_day(script: Caller) -> None:
    now = timezone.now()
    script.post("me/orders", **KEY)
    for later, status in ((timedelta(hours=23, minutes=59), 201), (timedelta(hours=24, minutes=1), 409)):
        with time_machine.travel(now + later, tick=False):
            assert script.post("me/orders", **KEY).status_code == status
    with time_machine.travel(now + timedelta(hours=25), tick=False):
        delete_idempotent_responses()
    assert not IdempotentResponse.objects.exists()


@pytest.fixture
def side_by_side(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_of_many_calls_at_one_moment_one_has_an_effect(
    side_by_side: ThreadPoolExecutor, student: Student
) -> None:
    token = make_token(student.user)

    def order(_number: int) -> Any:
        with closing(connection):
            return Caller(token).post("me/orders", **KEY)

    answers = list(side_by_side.map(order, range(8)))
    assert {answer.status_code for answer in answers} == {201}, [each.content for each in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert Order.objects.get().events.count() == 1
