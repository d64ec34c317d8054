"""The demo's orders go on from wherever an earlier start was interrupted."""

from collections.abc import Callable
from typing import Any

import pytest

from mdocs import orders
from mdocs.demo import create_orders
from mdocs.models import Order
from mdocs.statuses import Status
from students.demo import create_cast
from students.half_years import next_half_year_end
from students.models import Student
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def student(username: str) -> Student:
    return Student.objects.get(user__username=username)


def place_both() -> None:
    for name in ("hania", "igor"):
        orders.place(student(name), by=None)


@pytest.fixture(autouse=True)
def cast(settings: Any, db: None) -> None:
    settings.DEMO_DATA = True
    create_cast()


@pytest.mark.parametrize("how_far", ["nothing", "placed", "ready", "collected"])
def test_an_interrupted_start_is_continued_by_the_next(
    sandbox: Sandbox, work: Callable[[], int], how_far: str
) -> None:
    card = student("igor").cards.get()
    if how_far != "nothing":
        place_both()
    if how_far in {"ready", "collected"}:
        work()
    if how_far == "collected":
        codes = student("igor").orders.get()
        sandbox.activate(str(codes.qr_token), str(codes.activation_code))
        work()
    for _ in range(2):
        create_orders()
        assert student("hania").orders.get().status == Status.READY
        assert student("igor").orders.get().status == Status.COLLECTED
        assert student("igor").cards.get().valid_until == next_half_year_end(card.valid_until)


def test_what_somebody_did_with_the_demo_stays(sandbox: Sandbox) -> None:
    create_orders()
    for name in ("hania", "igor"):
        orders.revoke(student(name).orders.get(), by=student(name).user)
    create_orders()
    assert set(Order.objects.values_list("status", flat=True)) == {Status.REVOKING}
