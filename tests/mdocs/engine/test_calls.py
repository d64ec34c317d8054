"""What is said to mDokumenty in a call, and what is made of a second question where the first brought none."""

from datetime import timedelta
from typing import Any

import pytest

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Attention, Failure, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, echo
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_the_numbers_of_student_and_card_are_sent_and_no_card_where_there_is_none(
    student: Student, settings: Any, rules: str
) -> None:
    settings.ELIGIBILITY_RULES = rules
    card = student.cards.get()
    if rules == "pesel":
        card.delete()
    sent: list[md.OrderRequest] = []

    def take(request: md.OrderRequest) -> md.RemoteOrder:
        sent.append(request)
        return echo(request)

    orders.place(student, by=None)
    Worker(ScriptedGateway(submit=take)).send()
    (request,) = sent
    assert request.student_number == student.album_number
    assert request.card_number == (card.barcode_number if rules == "els" else None)


def test_an_order_whose_photo_is_gone_is_left_to_staff_and_not_sent(student: Student) -> None:
    order = orders.place(student, by=None)
    Order.objects.update(photo=None)
    Worker(ScriptedGateway()).send()
    assert (fresh(order).status, fresh(order).attention) == (Status.WAITING, Attention.DATA_UNREADABLE)


def test_whether_an_order_arrived_is_not_known_where_the_question_after_a_conflict_fails(
    student: Student,
) -> None:
    order = orders.place(student, by=None)
    gateway = ScriptedGateway(submit=md.IdempotencyConflict(), find=md.RetryLater(not_done=True))
    Worker(gateway).send()
    order = fresh(order)
    assert (gateway.calls, order.last_failure) == (["submit", "find"], Failure.OUTCOME_UNKNOWN)
    assert (order.sent_at is not None, order.attention) == (True, "")


def test_a_document_that_is_not_collected_and_not_found_is_tried_again(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    orders.extend(order, order.valid_until.replace(year=order.valid_until.year + 1), by=None)
    gateway = ScriptedGateway(extend=md.NotCollected(), find=None)
    Worker(gateway).send()
    order = fresh(order)
    assert (gateway.calls, order.last_failure) == (["extend", "find"], Failure.CONFLICT)
    assert (order.status, order.attention) == (Status.COLLECTED, "")


@pytest.mark.parametrize(
    ("answers", "attention"),
    [
        ({"submit": md.OrderUnknown()}, Attention.UNKNOWN_THERE),
        ({"submit": md.IdempotencyConflict(), "find": None}, Attention.KEY_CONFLICT),
        ({"submit": md.EarlierUnnamed()}, Attention.EARLIER_UNNAMED),
    ],
)
def test_what_only_staff_can_clear_up_is_tried_again_slowly_all_the_same(
    student: Student, answers: dict[str, Any], attention: Attention
) -> None:
    order = orders.place(student, by=None)
    worker = Worker(ScriptedGateway(**answers))
    worker.send()
    order = fresh(order)
    assert (order.status, order.attention) == (Status.WAITING, attention)
    assert order.next_attempt_at is not None
    assert timedelta(minutes=12) <= order.next_attempt_at - worker.now <= timedelta(minutes=18)
