"""What happens to an account, among the messages of the student whose it is."""

import pytest
from django.test import Client

from accounts import events
from accounts.event_models import EventKind
from notifications.messages.models import Message
from students.models import Student, User
from tests.accounts.test_login_throttle import attempt
from tests.notifications.messages.test_views import SETTINGS, look
from tests.students.factories import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def test_a_sign_in_from_a_new_device_is_a_message_in_the_readers_language(student: Student) -> None:
    own = Client()
    attempt(own, student.user, PASSWORD)
    assert not Message.objects.exists()
    attempt(Client(HTTP_USER_AGENT=FIREFOX), student.user, PASSWORD, REMOTE_ADDR="192.0.2.7")
    page = look(own)
    assert page.texts("h2") == ["nowa Logowanie z nowego urządzenia"]
    assert "Firefox, Linux, 192.0.2.…" in page.main
    assert "1 nieprzeczytana" in page.texts("nav", **{"class": "side"})[0]
    own.cookies["language"] = "en"
    assert look(own).texts("h2") == ["new Sign-in from a new device"]


@pytest.mark.parametrize("kind", [it for it in EventKind if it not in {"invited", "reset_asked"}])
def test_each_change_of_an_account_is_a_message(kind: EventKind, student: Student) -> None:
    events.record(student.user, kind, detail="Laptop")
    message = Message.objects.get(student=student)
    assert message.values is not None and set(message.values) == {"pl", "en"}
    assert message.email_state == "apart" and message.email_due_at is None  # accounts mails it


def test_what_opens_an_account_is_in_no_message_and_staff_have_none(student: Student, clerk: User) -> None:
    events.record(student.user, EventKind.INVITED)
    events.record(student.user, EventKind.RESET_ASKED)
    events.record(clerk, EventKind.PASSWORD_SET)
    assert not Message.objects.exists()


def test_nobody_turns_them_off(student_client: Client) -> None:
    page = student_client.get(SETTINGS).content.decode()
    assert "Dziekanat pisze w sprawie legitymacji" in page
    assert "Coś się zmieniło na Twoim koncie" not in page
