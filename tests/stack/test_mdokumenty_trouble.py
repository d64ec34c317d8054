"""mDokumenty hangs, talks nonsense, hangs up or is away: each order still ends with exactly one document."""

from collections.abc import Sequence
from functools import partial

import pytest

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER, Visitor
from tests.waiting import PATIENCE, wait_until

HANG = 3.0  # seconds, twice as long as our timeout
DOWN = "Przepraszamy. Strona jest chwilowo niedostępna... (rządowy serwer mDokumenty)"
KEPT = "Twoje zamówienie jest zachowane"


def has_arrived(stack: Stack, students: Sequence[Visitor]) -> bool:
    return all(stack.documents(students).values())


def says(student: Visitor, text: str) -> bool:
    return text in student.look().main


@pytest.mark.parametrize("fault", ["hang", "garbage", "drop_after"])
def test_an_order_that_arrived_without_our_hearing_of_it_becomes_one_document(
    stack: Stack, fault: str
) -> None:
    students = stack.students(3)
    stack.sandbox.behave(**CALM, faults={fault: 1.0}, hang_seconds=HANG)
    for student in students:
        student.press(ORDER)
    # The breaker may open before the last has been sent; then one is tried at a time, with longer and longer pauses.
    wait_until(lambda: has_arrived(stack, students), 3 * PATIENCE)
    assert stack.orders(students) == {student.album_number: ["waiting"] for student in students}

    stack.sandbox.behave(**CALM)
    stack.wait_until_ready(students)


def test_orders_placed_in_an_outage_are_kept_as_the_page_says_and_carried_out_after_it(stack: Stack) -> None:
    students = stack.students(6)
    stack.sandbox.behave(outage=True)
    for student in students:
        student.press(ORDER)
    for student in students:
        wait_until(partial(says, student, DOWN), PATIENCE)
        assert says(student, KEPT)
    wait_until(lambda: stack.breaker() == "open", PATIENCE)

    stack.sandbox.behave(**CALM)
    stack.wait_until_ready(students)
    assert not says(students[0], DOWN)
