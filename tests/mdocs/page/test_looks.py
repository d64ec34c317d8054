"""Each look at somebody's codes is in the audit log: who, from where and when, once for each look."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import Order
from mdocs.schedule import WATCHED
from mdocs.statuses import Status
from students.models import AuditEntry, Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import address
from tests.mdocs.page.html import Document

See = Callable[[], Document]


def look(client: Client, order: Order, name: str = "codes") -> None:
    """Have the codes shown, or one of their pictures."""
    assert client.get(address(name, order)).status_code == 200


def looks(order: Order) -> int:
    return AuditEntry.objects.filter(object_pk=str(order.pk), additional_data={"seen": "codes"}).count()


def test_the_first_look_is_noted_with_who_and_from_where(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.READY)
    look(student_client, order)
    entry = AuditEntry.objects.get(object_pk=str(order.pk))
    assert (entry.actor, entry.remote_addr) == (student.user, "127.0.0.1")
    assert (entry.action, entry.object_pk) == (AuditEntry.Action.ACCESS, str(order.pk))
    assert entry.object_repr == f"{order.pk} ({student.album_number})"


def test_looking_on_is_one_look_and_looking_again_later_another(
    student_client: Client, student: Student
) -> None:
    order = make_order(student, Status.READY)
    for name in ("codes", "qr_code", "codes"):
        look(student_client, order, name)
    assert looks(order) == 1
    Order.objects.update(codes_seen_at=timezone.now() - WATCHED - timedelta(seconds=1))
    look(student_client, order)
    assert looks(order) == 2


@pytest.mark.parametrize("picture", ["qr_code", "qr_code_png"])
def test_fetching_a_picture_alone_is_a_look_too(
    student_client: Client, student: Student, picture: str
) -> None:
    order = make_order(student, Status.READY)
    look(student_client, order, picture)
    assert looks(order) == 1


def test_having_the_page_open_is_no_look_at_the_codes(see: See, student: Student) -> None:
    order = make_order(student, Status.READY)
    see()
    assert looks(order) == 0


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY}))
def test_where_there_are_no_codes_there_is_nothing_to_note(
    see: See, student: Student, status: Status
) -> None:
    order = make_order(student, status)
    see()
    assert looks(order) == 0
