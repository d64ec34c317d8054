"""Workers that are killed at any moment: their orders are carried on by others, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER

SENDING, ASKING = "/v1/orders", "/v1/orders/query"


def test_twenty_orders_outlive_workers_that_are_killed_at_random_moments(stack: Stack) -> None:
    stack.sandbox.behave(**CALM | {"latency_seconds": [0.2, 0.5]})
    students = stack.students(20)
    for queue in (students[:10], students[10:]):  # with each there is work that a worker can be killed at
        with ThreadPoolExecutor(2) as desks:
            clicks = [desks.submit(student.press, ORDER) for student in queue]
            stack.kill_at_work("worker-send", SENDING)
            stack.kill_at_work("worker-poll", ASKING)
            for click in clicks:
                click.result()

    stack.wait_until_ready(students)
