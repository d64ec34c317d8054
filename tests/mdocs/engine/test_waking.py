"""How the engine is woken: by Celery, which holds nothing that could be lost."""

import time
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_guid import clear_guid, get_guid, set_guid

from mdocs import orders, tasks, wakeup
from mdocs.engine import gateway
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def messages() -> int:
    queues = redis.Redis.from_url(settings.REDIS_URL)
    return sum(queues.llen(key) for key in queues.keys() if queues.type(key) == b"list")  # noqa: SIM118 -- a command


def test_a_click_wakes_the_engine_when_it_is_committed_and_not_before(student: Student) -> None:
    before = messages()
    with transaction.atomic():
        orders.place(student, by=student.user)
        assert messages() == before
    assert messages() == before + 1


def test_a_click_that_is_taken_back_wakes_nobody(student: Student) -> None:
    before = messages()
    with transaction.atomic():
        orders.place(student, by=student.user)
        transaction.set_rollback(True)
    assert messages() == before


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
    gateway.connection.cache_clear()
    sandbox.behave(processing_seconds=[0.2, 0.2])
    order = orders.place(student, by=student.user)
    tasks.send_due()
    assert fresh(order).status == Status.PROCESSING
    Order.objects.update(next_attempt_at=timezone.now())
    time.sleep(0.3)
    tasks.poll_due()
    assert fresh(order).status == Status.READY
    gateway.connection.cache_clear()


def test_what_has_lapsed_is_ended(student: Student, other_student: Student) -> None:
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
