"""Expiring codes: their student is warned once, in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order, OrderEvent
from mdocs.statuses import Reason, Status
from students.models import Student
from students.moments import write_moment
from tests.mdocs.factories import make_order
from tests.notifications.messages.mail_server import MailServer, MessageWorker, body, subject
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db(transaction=True)


def ready(student: Student, *, lasting: timedelta, left: timedelta) -> Order:
    """Make an order whose codes last for so long in all, and for so much longer."""
    now = timezone.now()
    return make_order(
        student, Status.READY, status_changed_at=now + left - lasting, codes_expire_at=now + left
    )


@pytest.mark.parametrize(
    ("lasting", "left", "warned"),
    [
        (timedelta(days=30), timedelta(days=3, minutes=1), 0),
        (timedelta(days=30), timedelta(days=2, hours=23), 1),
        (timedelta(days=30), timedelta(minutes=1), 1),
        (timedelta(days=30), timedelta(minutes=-1), 0),
        (timedelta(days=3), timedelta(days=1, minutes=1), 0),
        (timedelta(days=3), timedelta(hours=23), 1),
        (timedelta(minutes=3), timedelta(minutes=2), 0),
        (timedelta(minutes=3), timedelta(seconds=59), 1),
    ],
)
def test_the_warning_comes_three_days_before_the_end_or_in_the_last_third(
    student: Student, lasting: timedelta, left: timedelta, warned: int
) -> None:
    ready(student, lasting=lasting, left=left)
    assert orders.warn_of_expiry(timezone.now()) == warned


def test_the_warning_says_until_when_and_comes_once(
    student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    order = ready(student, lasting=timedelta(days=30), left=timedelta(days=2))
    for _ in range(3):
        orders.warn_of_expiry(timezone.now())
    message_worker.later(minutes=1)
    message_worker.run()
    ((_address, mail),) = mail_server.taken
    assert order.codes_expire_at
    assert subject(mail) == "Kody do Twojej mLegitymacji niedługo wygasną"
    assert f"{write_moment(order.codes_expire_at)}" in body(mail)


def test_codes_that_were_used_are_not_warned_of(student: Student) -> None:
    order = ready(student, lasting=timedelta(days=30), left=timedelta(days=2))
    Order.objects.filter(pk=order.pk).update(
        status=Status.COLLECTED, qr_token=None, activation_code=None, qr_svg=None, codes_expire_at=None
    )
    assert orders.warn_of_expiry(timezone.now()) == 0


def test_sweeps_side_by_side_warn_once(student: Student) -> None:
    for number in range(20):
        someone = student if number == 0 else make_student(photo=None)
        ready(someone, lasting=timedelta(days=30), left=timedelta(days=2))

    def sweep(_: int) -> None:
        try:
            orders.warn_of_expiry(timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(sweep, range(4)))
    assert OrderEvent.objects.filter(reason=Reason.CODES_EXPIRING).count() == 20


def test_warning_many_costs_as_many_queries_as_warning_few() -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            ready(make_student(photo=None), lasting=timedelta(days=30), left=timedelta(days=2))
        with CaptureQueriesContext(connection) as queries:
            assert orders.warn_of_expiry(timezone.now()) == count
        return len(queries)

    assert cost(3) == cost(60)


def test_an_order_that_is_held_at_this_moment_is_left_to_the_next_round_and_holds_up_no_other(
    student: Student, other_student: Student
) -> None:
    held, _free = (
        ready(who, lasting=timedelta(days=30), left=timedelta(days=2)) for who in (student, other_student)
    )

    def warn() -> int:
        try:
            return orders.warn_of_expiry(timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside, transaction.atomic():
        Order.objects.select_for_update().get(pk=held.pk)
        assert beside.submit(warn).result(timeout=30) == 1
    assert orders.warn_of_expiry(timezone.now()) == 1
