"""PostgreSQL is killed: it comes back, and what it had accepted is carried out."""

from functools import partial

import httpx

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER, Visitor
from tests.waiting import PATIENCE, wait_until


def is_ordered(student: Visitor) -> bool:
    """Order, and say whether the portal has accepted it, now or before."""
    try:
        page = student.look()
        return ORDER not in page.buttons or ORDER not in student.send(page, ORDER).buttons
    except httpx.HTTPError:
        return False


def test_orders_outlive_a_postgresql_that_is_killed(stack: Stack) -> None:
    stack.sandbox.behave(**CALM | {"latency_seconds": [0.1, 0.3]})
    before, meanwhile = stack.students(6), stack.students(2)
    for student in before:
        student.press(ORDER)
    stack.kill("postgres")
    for student in meanwhile:
        wait_until(partial(is_ordered, student), PATIENCE)

    stack.wait_until_ready([*before, *meanwhile])
