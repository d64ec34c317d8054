"""Pages of a student's messages and of the notification settings."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from notifications import outbox, tasks
from notifications.messages.models import Message, NotificationOptOut
from notifications.messages.notification_types import CHOICES, NotificationType
from notifications.messages.views import PAGE_SIZE
from students.models import Student, User
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_user

pytestmark = pytest.mark.django_db

MESSAGES = "/dla-studentow/wiadomosci/"
READ = f"{MESSAGES}przeczytane/"
SETTINGS = f"{MESSAGES}ustawienia/"
RECEIVED = "Przyjęliśmy Twoje zamówienie na mLegitymację"


def make_messages(student: Student, count: int = 1) -> None:
    """Make so many messages to the student."""
    for _ in range(count):
        order = orders.place(student, by=student.user)
        orders.cancel(order, by=student.user)
    outbox.dispatch_batch(timezone.now())


def look(client: Client, address: str = MESSAGES) -> Document:
    response = client.get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return read(response)


def test_a_student_without_messages_reads_so(student_client: Client) -> None:
    assert "Nie ma wiadomości." in look(student_client).main


def test_new_messages_are_marked_until_the_student_says_that_they_are_read(
    student_client: Client, student: Student
) -> None:
    make_messages(student, 2)
    for _ in range(2):  # looking changes nothing
        page = look(student_client)
        assert page.texts("h2") == [f"nowa {RECEIVED}"] * 2
        assert "2 nieprzeczytane" in page.texts("nav", **{"class": "side"})[0]
    newest = page.all("input", name="newest")[0].attrs["value"]
    assert student_client.post(READ, {"newest": newest})["Location"] == MESSAGES
    page = look(student_client)
    assert page.texts("h2") == [RECEIVED] * 2
    assert "nieprzeczytan" not in page.html
    assert "Oznacz jako przeczytane" not in page.buttons


def test_what_came_after_the_look_stays_unread(student_client: Client, student: Student) -> None:
    make_messages(student)
    newest = look(student_client).all("input", name="newest")[0].attrs["value"]
    make_messages(student)
    student_client.post(READ, {"newest": newest})
    assert look(student_client).texts("h2") == [f"nowa {RECEIVED}", RECEIVED]


def test_nobody_sees_or_marks_the_messages_of_another(
    client: Client, student: Student, other_student: Student
) -> None:
    make_messages(student)
    client.force_login(other_student.user)
    assert "Nie ma wiadomości." in look(client).main
    client.post(READ, {"newest": Message.objects.get().pk})
    assert Message.objects.get().read_at is None


def test_staff_who_are_no_students_have_none_and_nothing_to_choose(client: Client, student: Student) -> None:
    make_messages(student)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert "Nie ma wiadomości." in look(client).main
    assert "nie są połączone żadne studia" in look(client, SETTINGS).main


def test_older_messages_are_on_further_pages(student_client: Client, student: Student) -> None:
    make_messages(student, PAGE_SIZE + 3)
    first = look(student_client)
    (older,) = [a.attrs["href"] for a in first.all("a") if a.text == "Starsze wiadomości"]
    second = look(student_client, f"{MESSAGES}{older.removeprefix(MESSAGES)}")
    assert (len(first.texts("h2")), len(second.texts("h2"))) == (PAGE_SIZE, 3)
    assert "Starsze wiadomości" not in second.texts("a")


@pytest.mark.parametrize("number", ["x", "1.5", "9" * 5_000])
def test_an_address_with_no_number_leads_nowhere(student_client: Client, number: str) -> None:
    assert student_client.get(MESSAGES, {"przed": number}).status_code == 404
    assert student_client.post(READ, {"newest": number}).status_code == 404


def test_many_messages_cost_as_many_queries_as_few(student_client: Client, student: Student) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(student_client)
        return len(queries)

    make_messages(student)
    few = cost()
    make_messages(student, 15)
    assert cost() == few <= 4


def test_the_page_of_the_order_counts_the_unread_ones_too(student_client: Client, student: Student) -> None:
    make_messages(student)
    assert "1 nieprzeczytana" in look(student_client, PAGE).texts("nav", **{"class": "side"})[0]


def test_a_message_names_no_code_and_no_pesel_in_the_portal_either(
    student_client: Client, student: Student
) -> None:
    make_messages(student)
    assert student.pesel
    assert student.pesel not in look(student_client).html


def test_all_kinds_come_until_the_student_chooses(student_client: Client, student: Student) -> None:
    page = look(student_client, SETTINGS)
    boxes = page.all("input", type="checkbox")
    assert [(box.attrs["name"], box.attrs["value"]) for box in boxes] == [
        (channel, kind) for channel in ("email", "phone") for kind in CHOICES
    ]
    assert all("checked" in box.attrs for box in boxes)
    assert student.user.email in page.main

    choice = {
        "email": [NotificationType.CODES_READY, NotificationType.ENDED],
        "phone": [NotificationType.REFUSED],
    }
    answer = student_client.post(SETTINGS, choice, follow=True)
    page = read(answer)
    assert "Zapisaliśmy Twój wybór." in page.main
    chosen = [box.attrs["value"] for box in page.all("input", type="checkbox") if "checked" in box.attrs]
    assert chosen == [NotificationType.CODES_READY, NotificationType.ENDED, NotificationType.REFUSED]

    student_client.post(SETTINGS, {"email": CHOICES, "phone": CHOICES})
    assert not NotificationOptOut.objects.exists()


def test_a_choice_of_something_else_is_refused_and_changes_nothing(student_client: Client) -> None:
    page = read(student_client.post(SETTINGS, {"email": ["advertisements"], "phone": CHOICES}))
    assert (
        page.all("fieldset")[0].attrs["aria-describedby"]
        == page.all("p", **{"class": "field-error"})[-1].attrs["id"]
    )
    assert not NotificationOptOut.objects.exists()


def test_a_student_without_an_address_reads_how_to_get_mails(
    student_client: Client, student: Student
) -> None:
    User.objects.filter(pk=student.user_id).update(email="")
    assert "Podaj adres w dziekanacie." in look(student_client, SETTINGS).main


def test_messages_of_a_year_ago_are_deleted_and_the_order_keeps_its_history(student: Student) -> None:
    make_messages(student, 2)
    oldest = Message.objects.earliest("pk")
    Message.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(days=366))
    events = Order.objects.earliest("created_at").events.count()
    tasks.delete_messages()
    assert oldest not in Message.objects.all()
    assert Message.objects.count() == 1
    assert Order.objects.earliest("created_at").events.count() == events
