"""Tasks of notifications, through a real Redis and a real Celery worker."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.db import connections
from django.test import Client
from pytest_httpserver import HTTPServer

from mdocs import orders
from notifications.messages.models import Message
from students.models import Student
from tests.notifications.push.phone import Phone
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "tests.notifications"


@pytest.fixture
def _celery_worker() -> Iterator[None]:
    """Run a Celery worker for QUEUE in a thread of this process, so that it uses the tests' database."""
    current_app.loader.import_default_modules()
    with start_worker(
        current_app, pool="solo", queues=[QUEUE], perform_ping_check=False, shutdown_timeout=30
    ):
        yield
    connections.close_all()


@pytest.mark.usefixtures("_celery_worker")
def test_messages_queued_under_the_name_of_0_1_0_are_written(student: Student) -> None:
    orders.place(student, by=student.user)
    current_app.send_task("mdocs.tell", queue=QUEUE)
    wait_until(Message.objects.filter(student=student).exists, 30)


@pytest.mark.usefixtures("_celery_worker")
def test_push_queued_under_the_name_of_0_1_0_is_sent(
    student_client: Client, httpserver: HTTPServer, settings: Any
) -> None:
    settings.PUSH_SERVICES = [httpserver.url_for("").rstrip("/")]
    phone = Phone(httpserver)
    phone.turn_on(student_client)
    current_app.send_task("mdocs.notify", queue=QUEUE)
    wait_until(lambda: phone.requests, 30)
