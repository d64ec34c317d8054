"""What tests of the engine begin with."""

import pytest

from mdocs import orders
from mdocs.models import Order
from students.models import Student


@pytest.fixture
def waiting(student: Student) -> Order:
    """An order that has not been sent."""
    return orders.place(student, by=student.user)
