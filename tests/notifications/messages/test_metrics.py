"""Metrics of e-mails: what became of each attempt, as Prometheus reads it."""

from typing import Any

import pytest
from django.test import Client

from mdocs import orders
from students.models import Student
from tests.notifications.messages.mail_server import MailServer, MessageWorker
from tests.scraping import difference, scrape

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_attempt_is_counted_by_what_became_of_it(
    client: Client,
    student: Student,
    other_student: Student,
    mail_server: MailServer,
    message_worker: MessageWorker,
    settings: Any,
) -> None:
    settings.METRICS_TOKEN = "secret"

    def counted() -> dict[tuple[str, ...], float]:
        before = scrape(client)
        message_worker.run()
        return difference(before, scrape(client), "portal_emails_total")

    orders.place(student, by=student.user)
    mail_server.answers[student.user.email] = "451 later"
    assert counted() == {("later",): 1}
    mail_server.answers.clear()
    message_worker.later(hours=1)
    assert counted() == {("sent",): 1}
    orders.place(other_student, by=other_student.user)
    mail_server.stop()
    assert counted() == {("unreachable",): 1}
    mail_server.start()
    mail_server.answers[other_student.user.email] = "550 no such user"
    message_worker.later(hours=1)
    assert counted() == {("refused",): 1}
