"""A look at the codes: which one counts as new, and what it does to the next question."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db


def test_a_new_look_begins_two_minutes_after_the_one_before(student: Student) -> None:
    order, now = make_order(student, Status.READY), timezone.now()
    seconds_and_new = {0: True, 60: False, 119: False, 121: True, 200: False}
    for seconds, is_new in seconds_and_new.items():
        at = now + timedelta(seconds=seconds)
        assert orders.record_codes_view(fresh(order), at=at) is is_new, seconds


def test_whoever_looks_at_the_codes_is_asked_about_in_three_seconds(student: Student) -> None:
    now = timezone.now()
    order = make_order(student, Status.READY, next_attempt_at=now + timedelta(hours=1))
    orders.record_codes_view(order, at=now)
    assert fresh(order).next_attempt_at == now + timedelta(seconds=3)


def test_codes_that_have_gone_meanwhile_are_not_looked_at(student: Student) -> None:
    page = make_order(student, Status.READY)
    orders.revoke(page, by=student.user)
    assert orders.record_codes_view(page, at=timezone.now()) is False
    assert fresh(page).codes_seen_at is None
