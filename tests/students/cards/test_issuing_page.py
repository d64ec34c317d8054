"""The dean's office issues cards in the admin, and reads at the form's fields why one cannot be."""

from datetime import date
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from students.cards import issue_card
from students.models import Student, StudentCard
from tests.students.factories import make_card, make_student
from tests.students.forms import errors

pytestmark = pytest.mark.django_db
ANNA = "02270803624"
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to(TODAY)


def issue(office: Client, student: Student, **changes: Any) -> Any:
    values = {
        "student": student.pk,
        "barcode_number": "B1",
        "issued_on": "2026-10-01",
        "valid_until": "2027-03-31",
        "extensions-TOTAL_FORMS": 0,
        "extensions-INITIAL_FORMS": 0,
    }
    return office.post(reverse("admin:students_studentcard_add"), values | changes)


def test_a_card_is_issued_on_the_students_data_and_then_only_looked_at(office: Client) -> None:
    student = make_student(pesel=ANNA)
    assert issue(office, student).status_code == 302
    card = StudentCard.objects.get()
    assert (card.holder_last_name, card.holder_pesel, card.valid_until) == ("Nowak", ANNA, date(2027, 3, 31))
    page = reverse("admin:students_studentcard_change", args=[card.pk])
    office.post(
        page, {"valid_until": "2099-01-01", "extensions-TOTAL_FORMS": 0, "extensions-INITIAL_FORMS": 0}
    )
    card.refresh_from_db()
    assert card.valid_until == date(2027, 3, 31)
    assert office.post(reverse("admin:students_studentcard_delete", args=[card.pk])).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"barcode_number": "TAKEN"}, "barcode_number", "już"),
        ({"barcode_number": "B 1"}, "barcode_number", "litery"),
        ({"valid_until": "2026-09-30"}, "__all__", "przed jej wydaniem"),
        ({"issued_on": "2026-11-24"}, "issued_on", "w przyszłości"),
        ({"valid_until": "9999-12-31"}, "valid_until", "zbyt odległa"),
    ],
)
def test_a_card_that_cannot_be_is_refused_at_its_field(
    office: Client, changes: dict[str, Any], field: str, message: str
) -> None:
    make_card(make_student(), barcode_number="TAKEN")
    assert message in errors(issue(office, make_student(), **changes))[field][0]
    assert StudentCard.objects.count() == 1


def test_a_second_card_is_refused(office: Client) -> None:
    student = make_student()
    make_card(student)
    assert "ma już legitymację" in errors(issue(office, student))["student"][0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("quicker", "field", "message"),
    [("student", "student", "ma już legitymację"), ("number", "barcode_number", "już")],
)
def test_who_issues_a_card_a_moment_too_late_is_told_in_the_form(
    office: Client, quicker: str, field: str, message: str
) -> None:
    student, other, answers = make_student(), make_student(), []

    def post() -> None:
        try:
            answers.append(issue(office, student))
        finally:
            connection.close()

    late = Thread(target=post)
    with transaction.atomic():
        if quicker == "student":
            issue_card(student, barcode_number="B2", issued_on=TODAY, valid_until=TODAY)
        else:
            issue_card(other, barcode_number="B1", issued_on=TODAY, valid_until=TODAY)
        late.start()
        wait_until_somebody_waits_for_a_lock()
    late.join(timeout=60)
    assert message in errors(answers[0])[field][0]
    assert StudentCard.objects.count() == 1


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = monotonic() + 60
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return
            sleep(0.02)
    raise AssertionError("nobody waits for a lock")
