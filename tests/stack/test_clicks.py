"""Impatient students."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from tests.stack.stack import Stack
from tests.stack.visitor import ORDER

CLICKS = 50


def test_fifty_clicks_at_once_make_one_order(stack: Stack) -> None:
    (student,) = stack.students(1)
    page = student.look()
    requests = [student.request(page, ORDER) for _ in range(CLICKS)]
    together = Barrier(CLICKS)

    def click(request: httpx.Request) -> int:
        together.wait()
        return student.http.send(request, follow_redirects=False).status_code

    with ThreadPoolExecutor(CLICKS) as fingers:
        answers = list(fingers.map(click, requests))

    assert answers == [httpx.codes.FOUND] * CLICKS
    stack.wait_until_ready([student])
