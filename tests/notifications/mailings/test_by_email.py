"""The office's message as an e-mail: in its student's language, once, and not to who has turned such e-mails off."""

import pytest
from django.utils import timezone

from notifications.messages.models import Channel, EmailState, Message, NotificationOptOut
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import Mailing
from students.models import Student, User
from tests.notifications.messages.mail_server import MailServer, MessageWorker, body, subject

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = {
    "subject_pl": "Odbierz legitymację",
    "body_pl": "Czeka na Ciebie, {imie}.\n\nPokój 12\ntel. 12 345 67 89 <dziekanat>",
    "subject_en": "Fetch your card",
    "body_en": "It waits for you, {imie}.",
}


@pytest.fixture
def message(student: Student) -> Message:
    mailing = Mailing.objects.create(template_name="Odbierz", **TEXT)
    now = timezone.now()
    return Message.objects.create(
        student=student,
        mailing=mailing,
        values={"pl": {"imie": "Anna"}, "en": {"imie": "Anna"}},
        kind=NotificationType.FROM_OFFICE,
        created_at=now,
        email_state=EmailState.WAITING,
        email_due_at=now,
        low_priority=True,
    )


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("", "Odbierz legitymację", "Czeka na Ciebie, Anna."),
        ("en", "Fetch your card", "It waits for you, Anna."),
    ],
)
def test_it_is_sent_once_in_the_language_of_its_student(
    message: Message,
    mail_server: MailServer,
    message_worker: MessageWorker,
    language: str,
    title: str,
    sentence: str,
) -> None:
    User.objects.filter(pk=message.student.user_id).update(language=language)
    message_worker.run()
    message_worker.run()
    ((address, mail),) = mail_server.taken
    assert (address, subject(mail)) == (message.student.user.email, title)
    assert sentence in body(mail) and sentence in body(mail, "html")
    if not language:
        assert "&lt;dziekanat&gt;" in body(mail, "html"), "the office's text is text"
        assert "Pokój 12<br>tel." in body(mail, "html")


def test_who_has_turned_such_emails_off_meanwhile_gets_none(
    message: Message, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    NotificationOptOut.objects.create(
        student=message.student, kind=NotificationType.FROM_OFFICE, channel=Channel.EMAIL
    )
    message_worker.run()
    assert mail_server.taken == []
    message.refresh_from_db()
    assert message.email_state == EmailState.NOT_WANTED
