"""Admin of messages: staff see those to the students of their faculties, without the text."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from notifications import outbox
from notifications.messages.models import EmailState, Message
from students.models import Faculty, Student
from students.roles import CLERK, VIEWER
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/message/"


@pytest.fixture
def faculty(db: None) -> Faculty:
    return make_programme().faculty


def make_message(faculty: Faculty) -> Message:
    """Make a message to a student of the faculty."""
    student: Student = make_student()
    make_enrolment(student, programme=make_programme(faculty=faculty))
    make_card(student)
    order = orders.place(student, by=student.user)
    outbox.dispatch_batch(timezone.now())
    return Message.objects.get(order=order)


@pytest.mark.parametrize("role", [CLERK, VIEWER])
def test_staff_see_what_became_of_the_mails_to_their_own_students(
    client: Client, faculty: Faculty, role: str
) -> None:
    own, foreign = make_message(faculty), make_message(make_programme().faculty)
    Message.objects.filter(pk=own.pk).update(
        email_state=EmailState.REFUSED, email_due_at=None, email_failure="550"
    )
    client.force_login(make_member(role, faculty))
    page = client.get(LIST).content.decode()
    assert str(own.order_id) in page
    assert "serwer odbiorcy odrzucił adres" in page
    assert str(foreign.order_id) not in page
    assert "550" in client.get(f"{LIST}{own.pk}/change/").content.decode()
    assert client.get(f"{LIST}{foreign.pk}/change/").status_code == 302
    assert client.get(LIST, {"q": own.student.album_number or ""}).context["cl"].result_count == 1


def test_staff_read_no_message_and_change_none(client: Client, faculty: Faculty) -> None:
    own = make_message(faculty)
    client.force_login(make_member(CLERK, faculty))
    page = client.get(f"{LIST}{own.pk}/change/").content.decode()
    assert "Przyjęliśmy Twoje zamówienie" not in page
    for door in (f"{LIST}add/", f"{LIST}{own.pk}/delete/"):
        assert client.get(door).status_code == 403
    assert client.post(f"{LIST}{own.pk}/change/", {"kind": "ended"}).status_code == 403


def test_staff_without_the_permission_see_none(client: Client, faculty: Faculty) -> None:
    own = make_message(faculty)
    client.force_login(make_clerk("mdocs.view_order", faculties=[faculty]))
    assert client.get(LIST).status_code == 403
    assert not Message.objects.visible_to(make_clerk()).exists()
    assert own in Message.objects.visible_to(own.student.user)


def test_a_longer_list_costs_no_more_queries(client: Client, faculty: Faculty) -> None:
    client.force_login(make_member(CLERK, faculty))

    def cost(total: int) -> int:
        while Message.objects.count() < total:
            make_message(faculty)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    cost(1)
    assert cost(1) == cost(5) <= 10
    assert Order.objects.count() == 5
