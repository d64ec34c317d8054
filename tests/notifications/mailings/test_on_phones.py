"""The office's message on phones: shown to who has turned messages on there and wants this kind; it names nobody."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.mailings import mailing_jobs
from notifications.messages.models import Channel, Message, NotificationOptOut
from notifications.messages.notification_types import CHOICES, NotificationType
from notifications.office_texts.models import MessageTemplate
from students.models import Student, User
from tests.notifications.push.conftest import phone, service, subscribed_phone
from tests.notifications.push.phone import Phone
from tests.notifications.push.rounds import send, titles
from tests.students.factories import make_user
from tests.students.finishing import finished

__all__ = ["phone", "service", "subscribed_phone"]
pytestmark = pytest.mark.django_db
SETTINGS = "/dla-studentow/wiadomosci/ustawienia/"
TEXT = {
    "subject_pl": "Przyjdź przedłużyć legitymację",
    "body_pl": "Dzień dobry, {imie} {nazwisko}!\n\nPokój 12",
    "subject_en": "Come and extend your card",
    "body_en": "Good morning, {imie}!",
}


def write(*students: Student, **text: str) -> None:
    """Have the office send a message to these students, as its job does."""
    template = MessageTemplate.objects.create(name=f"A{MessageTemplate.objects.count()}", **TEXT | text)
    office = make_user(is_staff=True, is_superuser=True)
    mailing_jobs.preview(Student.objects.filter(pk__in=[each.pk for each in students]), template, by=office)
    mailing_jobs.send_previewed(finished(mailing_jobs.PREVIEW), by=office)
    finished(mailing_jobs.KIND)


def test_it_is_shown_once_and_leads_to_the_messages(
    student: Student, other_student: Student, subscribed_phone: Phone
) -> None:
    write(student, other_student)
    assert (send(), send()) == (1, 0)
    shown = subscribed_phone.shown[-1]
    assert (shown["title"], shown["path"], shown["lang"]) == (
        "Przyjdź przedłużyć legitymację",
        "/dla-studentow/wiadomosci/",
        "pl",
    )
    assert shown["body"] == "Całą wiadomość przeczytasz w portalu."
    assert subscribed_phone.requests[-1].headers["Urgency"] == "normal"


def test_it_speaks_the_language_of_its_student(student: Student, subscribed_phone: Phone) -> None:
    User.objects.filter(pk=student.user_id).update(language="en")
    write(student)
    send()
    assert titles(subscribed_phone) == ["Come and extend your card"]


def test_a_screen_that_others_see_shows_nothing_of_the_student(
    student: Student, subscribed_phone: Phone
) -> None:
    write(student, subject_pl="{imie} {nazwisko}, przyjdź do dziekanatu")
    send()
    assert titles(subscribed_phone) == ["Dziekanat pisze w sprawie legitymacji"]
    text = json.dumps(subscribed_phone.shown[-1], ensure_ascii=False)
    assert student.last_name not in text


def test_who_does_not_want_this_kind_on_the_phone_has_it_in_the_portal_only(
    student: Student, student_client: Client, subscribed_phone: Phone
) -> None:
    others = [kind for kind in CHOICES if kind != NotificationType.FROM_OFFICE]
    student_client.post(SETTINGS, {"email": CHOICES, "phone": others})
    opted_out = NotificationOptOut.objects.get()
    assert (opted_out.kind, opted_out.channel) == (NotificationType.FROM_OFFICE, Channel.PHONE)
    write(student)
    assert (send(), titles(subscribed_phone)) == (0, [])
    assert Message.objects.get().email_state == "waiting"


def test_messages_of_other_kinds_can_be_refused_without_this_one(
    student: Student, student_client: Client, subscribed_phone: Phone
) -> None:
    student_client.post(SETTINGS, {"email": [], "phone": [NotificationType.FROM_OFFICE]})
    write(student)
    assert (send(), len(titles(subscribed_phone))) == (1, 1)


def test_one_message_of_the_office_does_not_replace_another_on_its_way(
    student: Student, subscribed_phone: Phone
) -> None:
    write(student)
    write(student, subject_pl="Odbierz legitymację")
    assert send() == 2
    topics = [request.headers["Topic"] for request in subscribed_phone.requests[1:]]
    assert len(set(topics)) == 2 and all(len(topic) <= 32 for topic in topics)
    assert len({shown["tag"] for shown in subscribed_phone.shown[1:]}) == 2


def test_after_a_day_it_is_not_shown_any_more(
    student: Student, subscribed_phone: Phone, time_machine: Any
) -> None:
    write(student)
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    send()
    assert titles(subscribed_phone) == []
