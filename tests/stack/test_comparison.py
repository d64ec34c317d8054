"""A long comparison with mDokumenty, as after a restore, is in nobody's way."""

from tests.stack.stack import CALM, Stack
from tests.stack.visitor import ORDER
from tests.waiting import PATIENCE, wait_until

MANY = 90  # orders; with a slow mDokumenty they take the comparison three quarters of a minute
OPEN = "SELECT count(*) FROM mdocs_reconciliation WHERE finished_at IS NULL AND leased_until IS NOT NULL"


def test_codes_come_while_many_orders_are_compared(stack: Stack) -> None:
    (student,) = stack.students(1)
    stack.sandbox.behave(**CALM, latency_seconds=[0.5, 0.5])
    stack.manage("compare_past_orders", MANY)
    wait_until(lambda: stack.ask(OPEN) == [(1,)])

    student.press(ORDER)
    wait_until(
        lambda: stack.orders([student])[student.album_number] == ["ready"] or stack.ask(OPEN) == [(0,)]
    )
    assert stack.ask(OPEN) == [(1,)], "the codes came only when the comparison was over"

    stack.sandbox.behave(**CALM)
    wait_until(lambda: stack.ask(OPEN) == [(0,)], PATIENCE, stack.describe)
