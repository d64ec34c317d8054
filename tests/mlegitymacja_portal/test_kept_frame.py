"""What a process keeps of the frame around its pages: nobody's, and never another page's."""

import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.statuses import Status
from notifications import outbox
from notifications.messages.models import Message
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE

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
                    caches["template_fragments"].clear()
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
    inside: Any = caches["template_fragments"]
    kept = [str(pickle.loads(each)) for each in inside._cache.values()]  # noqa: S301
    assert len(kept) > 10
    whole = "".join(kept)
    for private in (student.last_name, student.user.username, "csrfmiddlewaretoken"):
        assert private not in whole, private
    assert student.last_name in shown
