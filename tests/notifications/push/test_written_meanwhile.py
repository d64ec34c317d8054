"""A browser goes while a delivery to it is written: it goes with the delivery, and nobody has trouble with that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mdocs.models import OrderEvent
from mdocs.statuses import Reason, Status
from notifications.models import PushDelivery, Subscription
from notifications.outbox import dispatch_batch
from students import erasure
from students.models import Student
from tests.mdocs.factories import make_order
from tests.notifications.push.phone import Phone
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def erased_by_the_office(student: Student, _client: Client) -> None:
    erasure.erase_student(student, by=None)


def turned_off(student: Student, client: Client) -> None:
    device = Subscription.objects.get(student=student)
    assert client.post(reverse("notifications:turn_device_off", args=[device.pk])).status_code == 302


def gone_from_its_push_service(student: Student, _client: Client) -> None:
    Subscription.objects.delete_gone(list(Subscription.objects.filter(student=student)))


@pytest.mark.parametrize("goes", [erased_by_the_office, turned_off, gone_from_its_push_service])
def test_a_browser_goes_with_the_delivery_that_is_just_being_written(
    student: Student,
    student_client: Client,
    subscribed_phone: Phone,
    goes: Callable[[Student, Client], Any],
) -> None:
    order = make_order(student, Status.REVOKED)
    student.enrolments.update(status="graduated", ended_on=timezone.localdate())
    student.cards.update(ended_on=timezone.localdate(), end_reason="returned")
    OrderEvent.objects.create(order=order, new=Status.REVOKED, reason=Reason.CONFIRMED)

    def go() -> None:
        try:
            goes(student, student_client)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            dispatch_batch(timezone.now())
            assert PushDelivery.objects.filter(message__isnull=False).count() == 1
            going = pool.submit(go)
            wait_until(somebody_waits_for_a_lock)
        going.result(60)
    assert not Subscription.objects.exists() and not PushDelivery.objects.exists()


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None
