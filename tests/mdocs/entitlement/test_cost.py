"""What it costs the processor to ask what ends when: conditions upon conditions must not multiply."""

from collections.abc import Callable
from time import process_time

import pytest
from django.db import connection
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement import rules
from mdocs.page import page_state
from students.models import Student

MOST = 8  # times the cost of the conditions alone; without `students.expressions.Once` the page took fifty times that


def cost(work: Callable[[], object]) -> float:
    """Return the least processor time of three tries, after one that fills caches."""
    work()
    tries = []
    for _ in range(3):
        begun = process_time()
        work()
        tries.append(process_time() - begun)
    return min(tries)


@pytest.mark.usefixtures("either_rules")
def test_a_page_and_a_list_of_endings_cost_little_more_than_the_conditions(student: Student) -> None:
    orders.place(student, by=None)
    today = timezone.localdate()
    conditions = cost(lambda: list(Student.objects.with_conditions(today)))
    assert cost(lambda: page_state.build(student.user, timezone.now())) < MOST * conditions
    assert cost(lambda: list(rules.ineligible_students(today))) < MOST * conditions
    assert cost(lambda: list(rules.with_last_day(today, rules.NOTICE))) < MOST * conditions


def test_postgresql_compiles_no_conditions_to_machine_code(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
