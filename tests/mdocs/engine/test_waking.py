"""How the engine is woken: by Celery, which holds nothing that could be lost."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery
from django.db import transaction
from django.utils import timezone
from django_guid import clear_guid, get_guid, set_guid

from mdocs import orders, tasks, wakeup
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Order
from mdocs.orders import bulk
from mdocs.statuses import RevocationReason, Status
from students.models import Student, User
from tests.celery_messages import waiting_tasks
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

SEND, POLL = "mdocs.send_due", "mdocs.poll_due"


def test_a_click_wakes_the_engine_when_it_is_committed_and_not_before(student: Student) -> None:
    before = waiting_tasks()
    with transaction.atomic():
        orders.place(student, by=student.user)
        assert waiting_tasks() == before
    assert waiting_tasks() == sorted([*before, SEND])


def test_a_click_that_is_taken_back_wakes_nobody(student: Student) -> None:
    before = waiting_tasks()
    with transaction.atomic():
        orders.place(student, by=student.user)
        transaction.set_rollback(True)
    assert waiting_tasks() == before


LATER = timedelta(days=30)
ACTS: dict[str, tuple[Status, Callable[[Order, User], object], list[str]]] = {
    "cancel": (Status.PROCESSING, lambda order, by: orders.cancel(order, by=by), [SEND]),
    "revoke": (Status.COLLECTED, lambda order, by: orders.revoke(order, by=by), [SEND]),
    "order again": (Status.READY, lambda order, by: orders.order_again(order, by=by), [SEND]),
    "extend": (
        Status.COLLECTED,
        lambda order, by: orders.extend(order, order.valid_until + LATER, by=by),
        [SEND],
    ),
    "retry": (Status.PROCESSING, lambda order, by: orders.retry(order, by=by), [POLL, SEND]),
    "end many": (
        Status.COLLECTED,
        lambda order, by: bulk.end(
            [order.pk], lambda held: {order.pk: RevocationReason.HOLDER_REQUEST}, by=by
        ),
        [SEND],
    ),
    "extend many": (
        Status.COLLECTED,
        lambda order, by: bulk.extend({order.pk: order.valid_until + LATER}, by=by),
        [SEND],
    ),
}


@pytest.mark.parametrize(("status", "act", "woken"), ACTS.values(), ids=ACTS)
def test_whoever_acts_on_an_order_wakes_the_workers_that_have_to_do_with_it(
    student: Student, clerk: User, status: Status, act: Callable[[Order, User], object], woken: list[str]
) -> None:
    order, before = make_order(student, status), waiting_tasks()
    act(order, clerk)
    assert waiting_tasks() == sorted([*before, *woken])


def test_ordering_for_many_wakes_the_engine_once(
    student: Student, other_student: Student, clerk: User
) -> None:
    before = waiting_tasks()
    with wakeup.waking_once():
        for each in (student, other_student):
            bulk.place([each.pk], by=clerk)
    assert waiting_tasks() == sorted([*before, SEND])


def test_a_date_that_is_not_later_wakes_nobody(student: Student, clerk: User) -> None:
    order, before = make_order(student, Status.COLLECTED), waiting_tasks()
    orders.extend(order, order.valid_until, by=clerk)
    assert waiting_tasks() == before


@pytest.fixture
def _redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Celery look for Redis where nobody listens."""
    away = Celery("away", set_as_current=False)
    away.config_from_object("django.conf:settings", namespace="CELERY")
    away.conf.update(broker_url="redis://127.0.0.1:1/0")
    monkeypatch.setattr(wakeup, "current_app", away)


@pytest.mark.usefixtures("_redis_away")
def test_without_redis_an_order_is_taken_as_quickly_and_the_next_tick_finds_it(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    begun = time.monotonic()
    order = orders.place(student, by=student.user, at=worker.now)
    assert time.monotonic() - begun < 10
    worker.until(lambda: fresh(order).status == Status.READY, within=timedelta(minutes=1))


def test_the_tasks_carry_an_order_to_its_codes(student: Student, sandbox: Sandbox) -> None:
    sandbox.behave(processing_seconds=[0.2, 0.2])
    order = orders.place(student, by=student.user)
    tasks.send_due()
    assert fresh(order).status == Status.PROCESSING
    Order.objects.update(next_attempt_at=timezone.now())
    time.sleep(0.3)
    tasks.poll_due()
    assert fresh(order).status == Status.READY


def test_what_was_queued_as_lapse_overdue_before_an_upgrade_does_no_harm(
    student: Student, other_student: Student
) -> None:
    today = timezone.localdate()
    lapsed = make_order(student, Status.COLLECTED, valid_until=today - timedelta(days=1))
    valid = make_order(other_student, Status.COLLECTED, valid_until=today)
    tasks.lapse_overdue()
    assert (fresh(lapsed).status, fresh(valid).status) == (Status.LAPSED, Status.COLLECTED)


def test_the_request_id_goes_with_every_call(student: Student, sandbox: Sandbox) -> None:
    request_id = str(uuid4())
    set_guid(request_id)
    try:
        with closing(Mdokumenty(sandbox.url, timeout=1, request_id=get_guid)) as client:
            orders.place(student, by=student.user)
            Worker(client).send()
    finally:
        clear_guid()
    (call,) = sandbox.ledger()["calls"]
    assert call["request_id"] == request_id
