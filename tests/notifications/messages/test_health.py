"""What /health/ready says of messages: that somebody tells students, and that mail leaves the house."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.models import OrderEvent
from notifications.messages.models import Message
from students.models import Student
from tests.notifications.messages.mail_server import MailServer, Teller

pytestmark = pytest.mark.django_db(transaction=True)


def said(client: Client) -> str:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    return str(answer.json()["components"]["messages"])


def test_events_that_nobody_tells_of_are_seen(client: Client, student: Student, teller: Teller) -> None:
    orders.place(student, by=student.user)
    assert said(client) == "ok"
    OrderEvent.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert said(client) == "not told"


def test_a_mail_server_that_is_away_is_seen_and_one_address_that_does_not_work_is_not(
    client: Client, student: Student, post: MailServer, teller: Teller
) -> None:
    orders.place(student, by=student.user)
    post.answers[student.user.email] = "450 4.2.2 mailbox full"
    teller.tell()
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert said(client) == "ok"
    post.stop()
    teller.later(hours=1)
    teller.tell()
    assert said(client) == "mail unreachable"
