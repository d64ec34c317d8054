"""A right ends with a day of the university's calendar: valid to the last minute of it, over with the next."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.entitlement.expiry import lapse
from mdocs.models import Order
from mdocs.statuses import Status
from mdocs.tasks import sweep_entitlement
from students.models import EnrolmentStatus, Student
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_enrolment, make_student

pytestmark = pytest.mark.django_db


def holder(until: date, **studies: Any) -> Student:
    student = make_student()
    make_enrolment(student, started_on=date(2024, 10, 1), **studies)
    make_card(student, issued_on=date(2024, 10, 1), valid_until=until)
    return student


def document(student: Student, status: Status = Status.COLLECTED) -> Order:
    card = student.cards.get()
    return make_order(student, status, card_number=card.barcode_number, valid_until=card.valid_until)


GRADUATED = {"status": EnrolmentStatus.GRADUATED, "ended_on": date(2027, 7, 5)}
LAST_DAYS: dict[str, tuple[Callable[[], Student], date, date]] = {
    "card to 31 March": (lambda: holder(date(2027, 3, 31)), date(2027, 3, 31), date(2027, 4, 1)),
    "card to 31 October": (lambda: holder(date(2027, 10, 31)), date(2027, 10, 31), date(2027, 11, 1)),
    "first-cycle graduate": (
        lambda: holder(date(2028, 3, 31), **GRADUATED),
        date(2027, 10, 31),
        date(2027, 11, 1),
    ),
    "struck off from a day to come": (
        lambda: holder(date(2028, 3, 31), status=EnrolmentStatus.STRUCK_OFF, ended_on=date(2027, 10, 1)),
        date(2027, 9, 30),
        date(2027, 10, 1),
    ),
}


@pytest.mark.parametrize("case", LAST_DAYS)
def test_the_right_lasts_through_the_last_day_and_not_a_day_longer(case: str) -> None:
    make, last, over = LAST_DAYS[case]
    student = make()
    order = document(student)
    assert not rules.ineligible_students(last).exists()
    reason = rules.loss_reasons([order], over)[order.pk]
    assert reason == ("card_not_extended" if case.startswith("card") else "student_status_lost")


@pytest.mark.parametrize(
    ("moment", "ended"),
    [
        ("2027-03-31T23:59:59+02:00", False),
        (
            "2027-04-01T00:05:00+02:00",
            True,
        ),  # in UTC it is still the 31st, and the clocks changed on the 28th
        ("2027-10-31T23:59:59+01:00", False),  # the clocks change on this very day
        ("2027-11-01T00:05:00+01:00", True),
    ],
)
def test_the_day_is_the_universitys_also_where_the_clocks_change(moment: str, ended: bool) -> None:
    now = datetime.fromisoformat(moment)
    order = document(holder(date(2027, 3, 31) if now.month < 6 else date(2027, 10, 31)))
    with time_machine.travel(now, tick=False):
        sweep_entitlement()
    assert fresh(order).status == (Status.REVOKING if ended else Status.COLLECTED)


def test_a_card_extended_on_its_last_evening_keeps_the_document() -> None:
    student = holder(date(2027, 3, 31))
    order = document(student)
    with time_machine.travel(datetime.fromisoformat("2027-04-01T00:05:00+02:00"), tick=False):
        student.cards.update(valid_until=date(2027, 10, 31))
        sweep_entitlement()
    order = fresh(order)
    assert (order.status, order.extend_to) == (Status.COLLECTED, date(2027, 10, 31))


def test_a_worker_that_comes_before_the_sweep_revokes_for_the_reason_instead_of_letting_it_lapse() -> None:
    lost = document(holder(date(2027, 3, 31)))
    assert lapse(lost, at=datetime.fromisoformat("2027-04-01T00:00:00+02:00"))
    lost = fresh(lost)
    assert (lost.status, lost.revocation_reason, lost.low_priority) == (
        Status.REVOKING,
        "card_not_extended",
        True,
    )


def test_the_sweep_is_for_today_by_default() -> None:
    order = document(holder(timezone.localdate()))
    sweep_entitlement()
    assert fresh(order).status == Status.COLLECTED
