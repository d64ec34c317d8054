"""E-mails: text and HTML, in the student's language, with the headers of an automatic message."""

import re

import pytest

from mdocs import orders
from students.models import Student, User
from tests.mdocs.page.html import Document
from tests.notifications.messages.mail_server import MailServer, MessageWorker, body

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "https://legitymacja.example.edu/dla-studentow/moje-studia/mlegitymacja/"
CHOICES = "https://legitymacja.example.edu/dla-studentow/wiadomosci/ustawienia/"


@pytest.fixture
def taken(student: Student, mail_server: MailServer, message_worker: MessageWorker) -> MailServer:
    orders.place(student, by=student.user)
    message_worker.run()
    return mail_server


def test_it_says_the_same_as_text_and_as_html(taken: MailServer) -> None:
    ((_address, mail),) = taken.taken
    assert mail.get_content_type() == "multipart/alternative"
    text, html = body(mail), body(mail, "html")
    document = Document(html.replace("<!doctype html>", ""))
    for sentence in ("Przyjęliśmy Twoje zamówienie na mLegitymację", "Nie musisz nic robić."):
        assert sentence in text
        assert sentence in " ".join(document.texts("body")[0].split())
    assert PAGE in text
    assert CHOICES in text
    assert [link.attrs["href"] for link in document.all("a")] == [PAGE, CHOICES]


def test_its_html_is_for_screen_readers_and_dark_screens_and_fetches_nothing(taken: MailServer) -> None:
    ((_address, mail),) = taken.taken
    html = body(mail, "html")
    document = Document(html.replace("<!doctype html>", ""))
    assert document.all("html")[0].attrs["lang"] == "pl"
    assert document.texts("title") == document.texts("h1") == ["Przyjęliśmy Twoje zamówienie na mLegitymację"]
    assert document.all("meta", name="color-scheme", content="light dark")
    assert not document.all("img") and not document.all("link")
    assert not re.search(r"url\(|src=", html)


def test_its_headers_say_that_nobody_has_to_answer_and_where_to_stop_it(taken: MailServer) -> None:
    ((_address, mail),) = taken.taken
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip() == f"<{CHOICES}>"
    assert re.fullmatch(r"<message\.\d+\.\d+@legitymacja\.example\.edu>", mail["Message-ID"].strip())
    assert mail["From"] == "mlegitymacja@localhost"


@pytest.mark.parametrize(("language", "written"), [("", "pl"), ("pl", "pl"), ("en", "en")])
def test_it_is_in_the_language_of_its_student_whatever_the_worker_speaks(
    student: Student, mail_server: MailServer, message_worker: MessageWorker, language: str, written: str
) -> None:
    User.objects.filter(pk=student.user_id).update(language=language)
    orders.place(student, by=student.user)
    message_worker.run()
    ((_address, mail),) = mail_server.taken
    assert f'<html lang="{written}">' in body(mail, "html")


def test_a_change_of_address_before_it_is_sent_counts(
    student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    mail_server.stop()
    orders.place(student, by=student.user)
    message_worker.run()
    User.objects.filter(pk=student.user_id).update(email="nowy@example.edu")
    mail_server.start()
    message_worker.later(hours=1)
    message_worker.run()
    assert [address for address, _mail in mail_server.taken] == ["nowy@example.edu"]
