"""Redis only wakes the workers: whatever happens to it, no order is lost and nobody waits for it."""

import signal
import time

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER, Visitor

QUICKLY = 2.0  # seconds more than with Redis, on a machine with nothing else to do


def seconds_to_order(student: Visitor) -> float:
    begin = time.monotonic()
    page = student.press(ORDER)
    took = time.monotonic() - begin
    assert "Zamówienie zostało przyjęte." in page.main
    return took


def seconds_allowed(stack: Stack) -> float:
    """Say how long an order may take without Redis: the machine may be busy, so one with Redis is taken first."""
    (student,) = stack.students(1)
    return QUICKLY + 3 * seconds_to_order(student)


def test_a_redis_that_is_emptied_again_and_again_loses_no_order(stack: Stack) -> None:
    students = stack.students(5)
    with stack.redis() as redis:
        for student in students:
            student.press(ORDER)
            redis.flushall()
        while stack.orders(students) != {student.album_number: ["ready"] for student in students}:
            redis.flushall()
    stack.wait_until_ready(students)


def test_orders_placed_without_redis_are_accepted_at_once_and_carried_out_when_it_is_back(
    stack: Stack,
) -> None:
    students, allowed = stack.students(2), seconds_allowed(stack)
    with stack.unattended():
        stack.kill("redis")
        assert max(map(seconds_to_order, students)) < allowed
    stack.wait_until_ready(students)


def test_orders_placed_while_redis_hangs_are_accepted_at_once_and_carried_out_afterwards(
    stack: Stack,
) -> None:
    students, allowed = stack.students(2), seconds_allowed(stack)
    redis = stack.portal.find("redis")
    assert redis
    redis.send_signal(signal.SIGSTOP)
    try:
        assert max(map(seconds_to_order, students)) < allowed
    finally:
        redis.send_signal(signal.SIGCONT)
    stack.wait_until_ready(students)
    assert "gotowy do pobrania" in students[0].look().main
