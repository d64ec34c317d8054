"""A student takes away all that is stored: JSON, the photo, no codes, nobody else's."""

import base64
import json
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN, make_order
from tests.students.factories import make_user, small_jpeg

pytestmark = pytest.mark.django_db
COPY = "/dla-studentow/moje-dane/pobierz/"


def copy(client: Client) -> Any:
    answer = client.post(COPY)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    return json.loads(answer.content)


def test_it_has_what_is_stored_and_the_photo(student_client: Client, student: Student) -> None:
    order = make_order(student, Status.READY)
    found = copy(student_client)
    assert found["student"]["pesel"] == student.pesel
    assert found["account"]["email"] == student.user.email
    assert base64.b64decode(found["photo"]["base64"]) == small_jpeg()
    assert len(found["studies"]) == len(found["cards"]) == 1
    assert [each["id"] for each in found["orders"]] == [str(order.pk)]
    assert found["messages"] == found["devices"] == []
    assert LogEntry.objects.filter(additional_data__seen="data_copy").get().object_id == student.pk


def test_it_has_neither_codes_nor_passwords_nor_anybody_else(
    student_client: Client, student: Student, other_student: Student
) -> None:
    make_order(student, Status.READY)
    text = json.dumps(copy(student_client))
    for secret in (
        QR_TOKEN,
        ACTIVATION_CODE,
        student.user.password,
        other_student.pesel,
        other_student.last_name,
    ):
        assert secret and secret not in text


def test_it_is_for_students_by_a_click_alone(client: Client, student_client: Client) -> None:
    assert student_client.get(COPY).status_code == 405
    assert Client().post(COPY).status_code == 302
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert staff.post(COPY).status_code == 404
