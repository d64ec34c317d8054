"""The steps above an order say how far it has come, and the picture of the phone whose it is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import Document
from tests.students.factories import make_photo

See = Callable[[], Document]
DONE, CURRENT, AHEAD, STOPPED = "zrobione", "w toku", "jeszcze nie", "zakończone"
WHEN = re.compile(r" \d.*")
READY = {"ready_at": timezone.now()}

WAYS: list[tuple[Status, dict[str, Any], list[str]]] = [
    (Status.WAITING, {}, [DONE, CURRENT, AHEAD, AHEAD]),
    (Status.PROCESSING, {}, [DONE, DONE, CURRENT, AHEAD]),
    (Status.READY, READY, [DONE, DONE, DONE, CURRENT]),
    (Status.COLLECTED, READY, [DONE, DONE, DONE, DONE]),
    (Status.CANCELLING, {}, [DONE, DONE, CURRENT]),
    (Status.REVOKING, READY, [DONE, DONE, DONE, CURRENT]),
    (Status.REJECTED, {}, [DONE, DONE, STOPPED]),
    (Status.EXPIRED, READY, [DONE, DONE, DONE, STOPPED]),
    (Status.CANCELLED, {}, [DONE, STOPPED]),
    (Status.REVOKED, READY, [DONE, DONE, DONE, STOPPED]),
    (Status.LAPSED, READY, [DONE, DONE, DONE, DONE, STOPPED]),
]


def test_every_state_has_its_steps() -> None:
    assert {status for status, _fields, _said in WAYS} == set(Status)


@pytest.mark.parametrize(("status", "fields", "said"), WAYS)
def test_each_step_says_how_it_is_with_it(
    see: See, student: Student, status: Status, fields: dict[str, Any], said: list[str]
) -> None:
    make_order(student, status, **fields)
    page = see()
    steps = [item for item in page.all("li") if "step-" in item.attrs.get("class", "")]
    assert [WHEN.sub("", item.text.partition("– ")[2]) for item in steps] == said
    names = [item.text.partition(" –")[0] for item in steps]
    assert ["Złożone", "Przekazane", "Gotowe", "W telefonie"][: said.count(DONE)] == names[: said.count(DONE)]
    if STOPPED in said or len(said) < 4 or status == Status.REVOKING:
        assert names[-1] == str(status.label)
    assert [item.attrs.get("aria-current") == "step" for item in steps] == [each == CURRENT for each in said]


def test_the_phone_shows_the_students_own_document_and_that_it_is_none(see: See, student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    (phone,) = see().texts("figure")
    for text in (student.first_names, student.last_name, student.album_number, order.valid_until.isoformat()):
        assert text is not None
        assert text in phone
    assert "podgląd" in phone
    assert "nie dokument" in phone or "a nie dokument" in phone


@pytest.mark.parametrize(
    ("status", "pictures"), [(None, 1), (Status.WAITING, 1), (Status.REVOKING, 0), (Status.REVOKED, 1)]
)
def test_it_is_there_for_who_has_or_may_have_one(
    see: See, student: Student, status: Status | None, pictures: int
) -> None:
    if status:
        make_order(student, status)
    assert len(see().all("figure")) == pictures


def test_the_photo_in_it_is_small_and_its_students_alone(
    client: Client, student: Student, other_student: Student
) -> None:
    student.photo = make_photo()
    student.save()
    address = f"/zdjecia/{student.pk}/miniatura/"
    client.force_login(student.user)
    answer = client.get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert len(answer.content) < 12_000
    client.force_login(other_student.user)
    assert client.get(address).status_code == 404
