"""An upgrade, during which processes of this version run beside those of the next: it knows kinds that we do not."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mlegitymacja_portal.due_work import tasks_with_work
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import EmailState, Message
from students.models import Student
from tests.notifications.messages.mail_server import MailServer
from tests.notifications.messages.test_views import RECEIVED, look

LATER = "of_a_later_one"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _migrated() -> None:
    """Allow what the next version's migration allows."""
    with connection.cursor() as cursor:
        for table, constraint in (
            ("notifications_message", "message_kind_known"),
            ("notifications_message", "message_about_order_mailing_or_account"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def test_the_list_of_messages_opens_and_shows_the_others(student: Student, student_client: Client) -> None:
    orders.place(student, by=student.user)
    outbox.dispatch_batch(timezone.now())
    Message.objects.create(
        student=student, kind=LATER, email_state="apart", values={"words": {"pl": "something"}}
    )
    page = look(student_client)
    assert page.texts("h2") == ["nowa Nowa wiadomość", f"nowa {RECEIVED}"]
    assert "po aktualizacji portalu" in page.main


def test_one_about_an_order_is_told_apart_too(student: Student, student_client: Client) -> None:
    orders.place(student, by=student.user)
    outbox.dispatch_batch(timezone.now())
    Message.objects.update(kind=LATER)
    assert look(student_client).texts("h2") == ["nowa Nowa wiadomość"]


def test_its_email_is_left_to_the_next_version(student: Student, mail_server: MailServer) -> None:
    orders.place(student, by=student.user)
    outbox.dispatch_batch(timezone.now())
    Message.objects.update(kind=LATER)
    assert email_delivery.send_batch() == 0
    assert "notifications.send_emails" not in tasks_with_work(), "nobody is woken for it each second"
    assert mail_server.taken == []
    message = Message.objects.get()
    assert (message.email_state, message.email_failures) == (EmailState.WAITING, 0)
