"""What a process keeps of pages: nobody's, and never another page's."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mdocs import orders
from mdocs.statuses import Status
from mdocs.templatetags import kept
from notifications import outbox
from notifications.messages.models import Message
from students.models import Student, StudentCard, User
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.mdocs.page.conftest import PAGE
from tests.students.factories import make_eligible_student

HISTORY, LOGIN = f"{PAGE}historia/", "/logowanie/"
OF_ONE_REQUEST = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|If-None-Match[^}]*')


@pytest.fixture
def readers(student: Student, clerk: User) -> list[Client]:
    """Somebody who is not signed in, a student and a clerk."""
    clients = [Client() for _ in range(3)]
    clients[1].force_login(student.user)
    clients[2].force_login(clerk)
    return clients


def pages(readers: list[Client], *, anew: bool) -> Iterator[str]:
    """Yield the pages as each reads them, in both languages, `anew` with nothing kept."""
    for language in ("pl", "en"):
        for reader in readers:
            reader.cookies["language"] = language
            for address in (PAGE, HISTORY, LOGIN, "/", "/nie-ma/", "/admin/login/"):
                if anew:
                    kept.forget()
                yield OF_ONE_REQUEST.sub("", reader.get(address).content.decode())


def test_a_frame_that_was_kept_is_the_frame_that_would_be_made(
    readers: list[Client], student: Student
) -> None:
    assert list(pages(readers, anew=False)) == list(pages(readers, anew=True))
    orders.place(student, by=student.user)
    outbox.dispatch_batch(timezone.now())  # which writes a message
    assert list(pages(readers, anew=False)) == list(pages(readers, anew=True))
    Message.objects.of_user(student.user).update(read_at=timezone.now())
    assert list(pages(readers, anew=False)) == list(pages(readers, anew=True))


def test_what_is_kept_is_nobodys(readers: list[Client], student: Student) -> None:
    make_order(student, Status.READY)
    shown = "".join(pages(readers, anew=False))
    whole = kept.kept_text()
    assert len(whole) > 10_000
    for private in (student.last_name, student.user.username, "csrfmiddlewaretoken"):
        assert private not in whole, private
    assert student.last_name in shown


@pytest.mark.parametrize("status", [None, *Status])
def test_a_student_reads_their_own_page_among_what_was_kept_of_anothers(
    status: Status | None, student: Student
) -> None:
    other = make_eligible_student()
    StudentCard.objects.filter(student=other).update(valid_until=timezone.localdate())
    days = iter((date(2027, 3, 31), date(2027, 10, 31)))
    told = []
    for each in (student, other):
        order = make_order(each, status, valid_until=next(days)) if status else None
        client = Client()
        client.force_login(each.user)
        told.append((each, order, client))
    for language in ("pl", "en"):
        read = [page_of(client, language) for _, _, client in told]
        for (_, _, client), page in zip(told, read, strict=True):
            kept.forget()
            assert page_of(client, language) == page
    whole = kept.kept_text()
    for each, order, client in told:
        page_of(client, "pl")
        address = reverse("students:thumbnail", args=[each.pk])
        private = [each.last_name, each.first_names, each.user.username, str(each.album_number), address]
        if order is not None:
            private += [str(order.pk), QR_TOKEN, ACTIVATION_CODE]
        for secret in private:
            assert secret not in whole + kept.kept_text(), secret


def page_of(client: Client, language: str) -> str:
    client.cookies["language"] = language
    return OF_ONE_REQUEST.sub("", client.get(PAGE).content.decode())


def rendered(source: str, **context: object) -> str:
    template = Engine(libraries={"kept": kept.__name__}).from_string("{% load kept %}" + source)
    return " ".join(template.render(Context(context)) for _ in range(2))


def test_what_is_kept_sees_the_values_it_is_kept_by_and_nothing_else() -> None:
    shown = rendered(
        "{% keep state=order.state %}{{ state }}, {{ name }}{{ order }}, "
        "{% anew %}{{ name }}{% endanew %}{% endkeep %}",
        order={"state": "ready"},
        name="Nowak",
    )
    assert shown == "ready, , Nowak ready, , Nowak"
    assert "Nowak" not in kept.kept_text()


def test_what_is_kept_by_other_values_is_another(student: Student) -> None:
    template = Engine(libraries={"kept": kept.__name__}).from_string(
        "{% load kept %}{% keep state=state %}{{ state }}{% endkeep %}{% keep state=state %}!{{ state }}{% endkeep %}"
    )
    shown = [template.render(Context({"state": state})) for state in ("ready", "waiting", "ready")]
    assert shown == ["ready!ready", "waiting!waiting", "ready!ready"]


def test_nothing_is_kept_by_somebody(student: Student) -> None:
    with pytest.raises(TypeError, match="Student"):
        rendered("{% keep student=student %}{% endkeep %}", student=student)


def test_a_block_that_pages_fill_is_not_kept() -> None:
    with pytest.raises(TemplateSyntaxError, match="block"):
        rendered("{% keep %}{% block content %}{% endblock %}{% endkeep %}")
    rendered("{% keep %}{% anew %}{% block content %}{% endblock %}{% endanew %}{% endkeep %}")


def test_a_process_keeps_no_more_than_it_may() -> None:
    for number in range(kept.MOST + 1):
        rendered("{% keep number=number %}{{ number }}.{% endkeep %}", number=number)
    assert kept.kept_text().endswith(f"{kept.MOST}.")
    assert kept.kept_text().count(".") < kept.MOST
