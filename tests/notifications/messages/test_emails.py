"""What an e-mail consists of: text and HTML, in the student's language, with the headers of an automatic message."""

import re

import pytest

from mdocs import orders
from students.models import Student, User
from tests.mdocs.page.html import Document
from tests.notifications.messages.mail_server import MailServer, Teller, body

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "https://legitymacja.example.edu/dla-studentow/moje-studia/mlegitymacja/"
CHOICES = "https://legitymacja.example.edu/dla-studentow/wiadomosci/ustawienia/"


@pytest.fixture
def taken(student: Student, post: MailServer, teller: Teller) -> MailServer:
    orders.place(student, by=student.user)
    teller.tell()
    return post


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
    student: Student, post: MailServer, teller: Teller, language: str, written: str
) -> None:
    User.objects.filter(pk=student.user_id).update(language=language)
    orders.place(student, by=student.user)
    teller.tell()
    ((_address, mail),) = post.taken
    assert f'<html lang="{written}">' in body(mail, "html")


def test_a_change_of_address_before_it_is_sent_counts(
    student: Student, post: MailServer, teller: Teller
) -> None:
    post.stop()
    orders.place(student, by=student.user)
    teller.tell()
    User.objects.filter(pk=student.user_id).update(email="nowy@example.edu")
    post.start()
    teller.later(hours=1)
    teller.tell()
    assert [address for address, _mail in post.taken] == ["nowy@example.edu"]
