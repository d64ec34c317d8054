"""Health of messages in /health/ready: whether events are dispatched, and the mail server accepts mail."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.models import OrderEvent
from notifications import outbox
from notifications.messages.models import Message
from students.models import Student
from tests.notifications.messages.mail_server import MailServer, MessageWorker

pytestmark = pytest.mark.django_db(transaction=True)


def status(client: Client) -> str:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    return str(answer.json()["components"]["messages"])


def test_events_that_wait_for_a_worker_are_seen(
    client: Client, student: Student, message_worker: MessageWorker
) -> None:
    orders.place(student, by=student.user)
    assert status(client) == "ok"
    OrderEvent.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert status(client) == "not told"


def test_a_mail_server_that_is_away_is_seen_and_one_address_that_does_not_work_is_not(
    client: Client, student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    orders.place(student, by=student.user)
    mail_server.answers[student.user.email] = "450 4.2.2 mailbox full"
    message_worker.run()
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert status(client) == "ok"
    mail_server.stop()
    message_worker.later(hours=1)
    message_worker.run()
    assert status(client) == "mail unreachable"


def test_e_mails_that_wait_for_a_worker_are_seen_and_those_that_nobody_waits_for_are_not(
    client: Client, student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    orders.place(student, by=student.user)
    outbox.dispatch()
    assert status(client) == "ok"
    Message.objects.update(email_due_at=timezone.now() - timedelta(minutes=16))
    assert status(client) == "mail not sent"
    Message.objects.update(low_priority=True)
    assert status(client) == "ok"
    Message.objects.update(low_priority=False)
    message_worker.run()
    assert (len(mail_server.taken), status(client)) == (1, "ok")
