"""The rules that the database keeps, whatever the code does."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from mdocs import orders
from mdocs.models import Breaker, Order, OrderEvent
from mdocs.statuses import LIVE, Status
from students.models import Student
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", sorted(LIVE))
def test_no_second_live_order(student: Student, status: Status) -> None:
    make_order(student, Status.CANCELLED)
    make_order(student, status)
    with pytest.raises(IntegrityError, match="order_one_live_per_student"), transaction.atomic():
        make_order(student, Status.WAITING)


BROKEN: list[tuple[str, Status, dict[str, Any]]] = [
    ("order_(status_known|live_is_looked_after)", Status.WAITING, {"status": "lost"}),
    ("order_live_is_looked_after", Status.WAITING, {"next_attempt_at": None}),
    ("order_live_is_looked_after", Status.CANCELLED, {"next_attempt_at": timezone.now()}),
    ("order_live_is_looked_after", Status.CANCELLED, {"leased_until": timezone.now()}),
    ("order_codes_only_when_ready", Status.READY, {"activation_code": None}),
    ("order_codes_only_when_ready", Status.READY, {"codes_expire_at": None}),
    ("order_codes_only_when_ready", Status.READY, {"status": Status.COLLECTED}),
    ("order_codes_only_when_ready", Status.PROCESSING, {"qr_token": "MD|token"}),
    ("order_codes_only_when_ready", Status.PROCESSING, {"status": Status.READY}),
    ("order_known_there_has_its_id", Status.WAITING, {"status": Status.PROCESSING}),
    ("order_known_there_has_its_id", Status.COLLECTED, {"mdokumenty_id": None}),
    ("order_revoking_says_why", Status.REVOKING, {"revocation_reason": ""}),
    ("order_extension_is_later", Status.COLLECTED, {"extend_to": timezone.localdate()}),
]


@pytest.mark.parametrize(("rule", "status", "changes"), BROKEN)
def test_an_order_that_cannot_be_is_refused(
    student: Student, rule: str, status: Status, changes: dict[str, Any]
) -> None:
    order = make_order(student, status)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**changes)


def test_a_live_order_may_wait_for_staff_instead_of_for_a_moment(student: Student) -> None:
    make_order(student, Status.WAITING, next_attempt_at=None, attention="our_mistake")


def test_two_orders_never_share_a_number_at_mdokumenty(student: Student, other_student: Student) -> None:
    make_order(student, Status.PROCESSING, mdokumenty_id="mD-1")
    with pytest.raises(IntegrityError, match="mdokumenty_id"), transaction.atomic():
        make_order(other_student, Status.PROCESSING, mdokumenty_id="mD-1")


def test_an_event_has_a_state_that_exists(student: Student) -> None:
    order = make_order(student)
    with pytest.raises(IntegrityError, match="orderevent_status_known"), transaction.atomic():
        OrderEvent.objects.create(order=order, new="lost", reason="ordered")


def test_there_is_one_breaker_for_each_lane() -> None:
    assert set(Breaker.objects.values_list("lane", flat=True)) == {"send", "poll"}
    with pytest.raises(IntegrityError, match="mdocs_breaker_pkey"), transaction.atomic():
        Breaker.objects.bulk_create([Breaker(lane="send")])
    with pytest.raises(IntegrityError, match="breaker_lane_known"), transaction.atomic():
        Breaker.objects.bulk_create([Breaker(lane="mail")])


def test_an_order_with_a_history_cannot_be_deleted(student: Student) -> None:
    order = orders.place(student, by=None)
    with pytest.raises(IntegrityError):
        order.delete()
