"""E-mails: text and HTML, in the student's language, with the headers of an automatic message."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.statuses import Reason, Status
from notifications.messages.models import NotificationOptOut
from students.models import Faculty, Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import Document, read
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
    assert [link.attrs["href"] for link in document.all("a")] == [PAGE, CHOICES, unsubscribing_from(mail)]
    assert words_of(document) == words_in(text)


def words_of(document: Document) -> list[str]:
    """The words of the HTML, each link followed by its address as the text writes it."""
    (said,) = document.texts("body")
    for link in document.all("a"):
        (words,) = document.texts("a", href=link.attrs["href"])
        said = (
            said.replace(words, f"{words}: {link.attrs['href']}", 1)
            if words not in link.attrs["href"]
            else said
        )
    return said.split()


def words_in(text: str) -> list[str]:
    return [word for word in text.split() if word != "--"]  # the separator of a signature


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
    assert re.fullmatch(
        rf"<{CHOICES.replace('ustawienia', 'rezygnacja')}\?ticket=\S+>", mail["List-Unsubscribe"].strip()
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<message\.\d+\.\d+@legitymacja\.example\.edu>", mail["Message-ID"].strip())
    sender = mail["From"].addresses[0]
    assert sender.addr_spec == "mlegitymacja@localhost"
    assert sender.display_name == f"mLegitymacja, {settings.INSTITUTION_NAME}"


def test_the_senders_name_is_the_one_of_the_setting_where_there_is_one(
    student: Student, mail_server: MailServer, message_worker: MessageWorker, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Portal studenta <mlegitymacja@example.edu>"
    orders.place(student, by=student.user)
    message_worker.run()
    ((_address, mail),) = mail_server.taken
    assert mail["From"] == "Portal studenta <mlegitymacja@example.edu>"


def unsubscribing_from(mail: EmailMessage) -> str:
    """The address that a mail program sends its POST to."""
    return str(mail["List-Unsubscribe"]).strip().strip("<>")


def test_a_mail_program_unsubscribes_with_one_click_and_without_signing_in(
    taken: MailServer, student: Student, message_worker: MessageWorker
) -> None:
    """As RFC 8058 says: a POST with this body, without cookies, answered without a redirect."""
    ((_address, mail),) = taken.taken
    address = unsubscribing_from(mail).removeprefix("https://legitymacja.example.edu")
    program = Client(enforce_csrf_checks=True)
    form = "application/x-www-form-urlencoded"
    assert program.get(address).status_code == 200
    assert not NotificationOptOut.objects.exists(), "looking at the link changes nothing"
    for _ in range(2):
        answer = program.post(address, "List-Unsubscribe=One-Click", content_type=form)
        assert answer.status_code == 200
    opted_out = NotificationOptOut.objects.get()
    assert (opted_out.student, opted_out.channel, opted_out.kind) == (student, "email", "received")
    orders.cancel(student.orders.get(), by=student.user)
    orders.place(student, by=student.user)
    message_worker.run()
    assert len(taken.taken) == 1, "no more of this kind"
    assert program.post(address + "x").status_code == 404
    assert program.put(address).status_code == 405


def test_a_person_is_asked_and_told(taken: MailServer, client: Client) -> None:
    ((_address, mail),) = taken.taken
    address = unsubscribing_from(mail).removeprefix("https://legitymacja.example.edu")
    page = read(client.get(address))
    assert page.texts("button", **{"class": "button"}) == ["Nie wysyłajcie tych e-maili"]
    assert "Zamówienie zostało przyjęte" in page.main
    assert "Nie będziemy już wysyłać" in read(client.post(address)).main


def test_who_is_sent_to_the_deans_office_is_told_where_it_is(
    student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    Faculty.objects.update(
        name="Wydział Filozoficzny", phone="12 345 61 01", email="wf@example.edu.pl", room="A 12"
    )
    order = make_order(student, Status.PROCESSING)
    with orders.order_for_update(order.pk) as held:
        held.rejection_code = "holder_unknown"
        orders.transition(held, Status.REJECTED, Reason.REFUSED, at=timezone.now(), detail="holder_unknown")
    message_worker.run()
    ((_address, mail),) = mail_server.taken
    text, html = body(mail), body(mail, "html")
    for contact in ("Dziekanat: Wydział Filozoficzny", "Telefon: 12 345 61 01", "Pokój: A 12"):
        assert contact in text and contact in html, contact
    assert 'href="mailto:wf@example.edu.pl"' in html


def test_who_is_sent_nowhere_is_not_given_the_offices_contacts(
    student: Student, mail_server: MailServer, message_worker: MessageWorker
) -> None:
    Faculty.objects.update(phone="12 345 61 01")
    orders.place(student, by=student.user)
    message_worker.run()
    ((_address, mail),) = mail_server.taken
    assert "12 345 61 01" not in body(mail) + body(mail, "html")


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
