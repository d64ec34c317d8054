"""Measurement of retention, erasure and the copy of one's data, while students look at their pages beside it.

Each step runs in a process of its own: `make` the people, `apply` to those who left what the night does.
"""

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from mdocs.models import Order, OrderEvent
from mdocs.office.dashboard import days
from mdocs.statuses import Reason, Status
from script.lib.console import say
from script.lib.statement_costs import costs
from students import data_copy, erasure
from students.models import EndReason, Enrolment, EnrolmentStatus, Student, StudentCard, User
from students.retention import LONGEST_NIGHT, apply_retention
from students.seeding import seed

STAYING = 500  # students beside them, who look at their pages meanwhile
SAMPLE = 200  # students who copy their data, and are erased one by one
AGO = timedelta(days=6 * 365)
MONTHS = {"orders": 36, "photos": 12, "people": 60}
PAGE = "/dla-studentow/moje-studia/mlegitymacja/"


def make(count: int) -> None:
    """Make so many students who left years ago, each with a card, a finished order and its event."""
    say(f"Making {count} students who left six years ago, and {STAYING} who did not")
    today = timezone.localdate()
    for _added in seed(count + STAYING, seed=count, today=today):
        pass
    first_gone = Student.objects.order_by("pk")[STAYING].pk
    Enrolment.objects.filter(student__gte=first_gone).update(
        status=EnrolmentStatus.GRADUATED, started_on=F("started_on") - AGO, ended_on=today - AGO
    )
    cards = StudentCard.objects.filter(student__gte=first_gone)
    cards.update(
        issued_on=F("issued_on") - AGO, valid_until=F("valid_until") - AGO, ended_on=F("ended_on") - AGO
    )
    cards.filter(ended_on=None).update(ended_on=today - AGO, end_reason=EndReason.RETURNED)
    gone = Student.objects.filter(pk__gte=first_gone).only("pk", "album_number")
    then = timezone.now() - AGO
    orders = [_ended_order(student, today - AGO) for student in gone]
    for order in orders:
        order.created_at = order.status_changed_at = then
    Order.objects.bulk_create(orders, batch_size=5_000)
    events = [
        OrderEvent(order=order, at=then, new=Status.WAITING, reason=Reason.ORDERED, dispatched_at=then)
        for order in orders
    ]
    OrderEvent.objects.bulk_create(events, batch_size=5_000)
    days.recount(timezone.now())  # only orders of counted days go


def apply(count: int) -> None:
    """Have so many students' data copied, erased and kept no longer, each under the eyes of those who stay."""
    settings.RETENTION_MONTHS |= MONTHS
    with _students_at_their_pages("Copies of one's data"):
        gone = list(Student.objects.order_by("-pk").select_related("user")[:SAMPLE])
        with costs(f"Copies of {SAMPLE} students' data"):
            for student in gone:
                json.dumps(data_copy.copy_of(student), cls=DjangoJSONEncoder)
    with _students_at_their_pages("Erasures"), costs(f"Erasures of {SAMPLE} students, one by one"):
        for student in gone:
            erasure.erase_student(student, by=None)
    with _students_at_their_pages("Retention"), costs(f"The night that is due for {count} students"):
        for rule, number in apply_retention(timezone.now(), stop_at=timezone.now() + LONGEST_NIGHT):
            say(f"  {rule}: {number}")


def _ended_order(student: Student, day: date) -> Order:
    return Order(
        student=student,
        status=Status.LAPSED,
        valid_until=day,
        album_number=student.album_number or "",
        mdokumenty_id=f"measured-{student.pk}",
        sent_at=timezone.now() - AGO,
    )


@contextmanager
def _students_at_their_pages(beside: str) -> Iterator[None]:
    """Have a student look at a page without a pause; tell how long pages took, beside it and before."""
    alone, together = list[float](), list[float]()
    over, taken = threading.Event(), alone
    accounts = User.objects.filter(student__enrolments__status=EnrolmentStatus.ACTIVE).distinct()[:20]
    clients = [Client(SERVER_NAME="127.0.0.1") for _ in accounts]
    for client, account in zip(clients, accounts, strict=True):
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])

    def look() -> None:
        turn = 0
        while not over.is_set():
            begun = time.monotonic()
            response = clients[turn % len(clients)].get(PAGE)
            assert response.status_code == 200, response.status_code  # noqa: S101
            taken.append(time.monotonic() - begun)
            turn += 1
        connection.close()

    visitor = threading.Thread(target=look)
    visitor.start()
    time.sleep(5)
    taken = together
    try:
        yield
    finally:
        over.set()
        visitor.join()
    say(
        f"{beside}: {len(together)} pages beside it, median {_ms(together)} ms, the slowest {max(together) * 1000:.0f} "
        f"ms; alone {_ms(alone)} ms"
    )


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f}"


if __name__ == "__main__":
    {"make": make, "apply": apply}[sys.argv[1]](int(sys.argv[2]))
