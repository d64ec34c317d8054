"""What identifies a person or opens a document reaches no log line, no Celery message and no text of an exception."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.sandbox_process import Sandbox

FAULTS = ["error_500", "unavailable_503", "drop_after", "garbage", "hang", "refuse"]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Return what every logger says, at the level at which it says most."""
    names = [
        "",
        *(name for name, of in logging.root.manager.loggerDict.items() if isinstance(of, logging.Logger)),
    ]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield caplog
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def secrets_of(student: Student, *seen: Order) -> list[str]:
    """Return what must not be found anywhere."""
    assert student.pesel and student.photo
    words = [student.pesel, student.first_names, student.last_name, student.birth_date.isoformat()]
    words.append(base64.b64encode(student.photo.read()).decode()[:40])
    for order in seen:
        words += [order.qr_token or student.pesel, order.activation_code or student.pesel]
    return words


def found(words: list[str], text: str) -> list[str]:
    return [word for word in words if word in text]


@pytest.mark.django_db(transaction=True)
@pytest.mark.impatient
def test_a_whole_life_with_every_fault_leaves_no_trace_in_logs_or_messages(
    student: Student, sandbox: Sandbox, worker: Worker, log: pytest.LogCaptureFixture
) -> None:
    queue = redis.Redis.from_url(settings.REDIS_URL)
    queue.flushdb()
    order = orders.place(student, by=student.user, at=worker.now)
    for fault in FAULTS:
        sandbox.behave(processing_seconds=[0, 0], hang_seconds=1.2, faults={fault: 1.0})
        make_due(order, worker.now)
        worker.later(minutes=1)
        worker.send()
    sandbox.behave(processing_seconds=[0, 0])
    worker.until(lambda: fresh(order).status == Status.READY)
    ready = fresh(order)
    sandbox.activate(ready.qr_token or "", ready.activation_code or "")
    worker.until(lambda: fresh(order).status == Status.COLLECTED)
    orders.order_again(ready, by=student.user, at=worker.now)
    worker.until(lambda: Order.objects.filter(status=Status.READY).exists())
    second = Order.objects.get(status=Status.READY)

    words = secrets_of(student, ready, second)
    assert len(log.records) > 20
    assert found(words, log.text) == []

    messages = list(waiting_messages(queue))
    assert {message["headers"]["task"] for message in messages} <= {"mdocs.send_due", "mdocs.tell"}
    for message in messages:
        body = base64.b64decode(message["body"]).decode()
        assert found([*words, str(order.pk)], json.dumps(message, ensure_ascii=False) + body) == []


def waiting_messages(queue: redis.Redis) -> Iterator[dict[str, Any]]:
    """Yield the Celery messages in every queue."""
    for key in queue.keys():  # noqa: SIM118 -- a command of Redis, not a dictionary
        if queue.type(key) == b"list":
            yield from map(json.loads, queue.lrange(key, 0, -1))


@pytest.mark.django_db
def test_an_unexpected_error_is_logged_without_its_text(
    student: Student, log: pytest.LogCaptureFixture
) -> None:
    order = orders.place(student, by=None)
    words = secrets_of(student)
    error = ValueError(" ".join(words))
    worker = Worker(ScriptedGateway(submit=error))
    worker.send()
    assert fresh(order).attention == "internal_error"
    assert "ValueError" in log.text
    assert found(words, log.text) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [md.OurMistake, lambda text: md.Refused(text, text), lambda text: md.RetryLater(why="no answer")]
)
def test_what_mdokumenty_says_of_a_holder_is_not_logged(
    student: Student, log: pytest.LogCaptureFixture, error: type[md.OurMistake]
) -> None:
    orders.place(student, by=None)
    words = secrets_of(student)
    Worker(ScriptedGateway(submit=error(f"{student.pesel} {student.last_name}"))).send()
    assert found(words, log.text) == []


@pytest.mark.django_db
def test_nothing_that_is_raised_or_shown_names_anybody(student: Student) -> None:
    order = orders.place(student, by=student.user)
    shown = [repr(order), str(order), *(str(event) + repr(event) for event in order.events.all())]
    with pytest.raises(orders.AlreadyOrdered) as already:
        orders.place(student, by=student.user)
    with pytest.raises(orders.NotAllowed) as not_allowed:
        orders.revoke(order, by=student.user)
    Student.objects.filter(pk=student.pk).update(photo=None)
    orders.cancel(order, by=student.user)
    with pytest.raises(orders.NotEligible) as not_eligible:
        orders.place(student, by=student.user)
    shown += [repr(raised.value) + str(raised.value) for raised in (already, not_allowed, not_eligible)]
    student.refresh_from_db()
    assert found(secrets_of_person(student), " ".join(shown)) == []


def secrets_of_person(student: Student) -> list[str]:
    return [student.pesel or "?", student.first_names, student.last_name]


@pytest.mark.django_db
def test_the_database_holds_no_secret_in_the_open(student: Student, sandbox: Sandbox, worker: Worker) -> None:
    waiting = orders.place(student, by=None, at=worker.now)
    words = secrets_of(student)

    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT mdocs_order::text FROM mdocs_order")
            rows = " ".join(row[0] for row in cursor.fetchall())
            cursor.execute("SELECT mdocs_orderevent::text FROM mdocs_orderevent")
            return rows + " ".join(row[0] for row in cursor.fetchall())

    assert found(words, stored()) == []
    worker.until(lambda: fresh(waiting).status == Status.READY)
    ready = fresh(waiting)
    assert found(secrets_of(student, ready), stored()) == []
    assert "<svg" not in stored()
