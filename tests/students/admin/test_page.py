"""One student's page shows together what the dean's office is asked about on the phone."""

from datetime import timedelta
from typing import Any

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mdocs.statuses import Status
from students.audit_log import record_access
from students.cards import extend_card
from students.models import Student
from tests.mdocs.factories import make_order
from tests.students.admin.pages import cost, heard, look_of, page_of, send, signed_in, student_form
from tests.students.factories import (
    make_card,
    make_clerk,
    make_eligible_student,
    make_enrolment,
    make_programme,
    make_student,
    make_user,
    small_jpeg,
)

pytestmark = pytest.mark.django_db
ANNA = "02270803624"


def text_of(client: Client, student: Student) -> str:
    """Return the page without its white space."""
    answer = client.get(look_of(student))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def part(page: str, heading: str) -> str:
    """Return the section with this heading."""
    return page[page.index(f'id="{heading}"') :].partition("</section>")[0]


def test_the_right_is_shown_with_each_condition_and_what_to_do(office: Client) -> None:
    student = make_student(photo=None)
    make_enrolment(student)
    right = part(text_of(office, student), "right-heading")
    assert "Student nie może zamówić mLegitymacji." in text_of(office, student)
    assert 'Jesteś aktywnym studentem</th> <td>tak</td> <td></td>' in right  # fmt: skip
    assert "Masz zdjęcie w USOS</th> <td>nie</td> <td>Dostarcz aktualne zdjęcie" in right
    assert "Pomoże: biuro spraw studenckich" in right
    assert "została przedłużona w USOS</th> <td>zależy od innego</td> <td></td>" in right


def test_who_may_order_is_said_with_the_date(office: Client) -> None:
    assert "Student ma prawo do mLegitymacji, ważnej do" in text_of(office, make_eligible_student())


def test_a_doctoral_student_is_told_apart(office: Client) -> None:
    student = make_student()
    make_enrolment(student, "doctoral")
    assert "przysługuje ona tylko na studiach I stopnia" in text_of(office, student)


def test_cards_studies_and_orders_stand_together(office: Client) -> None:
    student = make_student()
    programme = make_enrolment(student).programme
    make_card(student, barcode_number="B4711")
    order = make_order(student, Status.REJECTED)
    page = text_of(office, student)
    assert "B4711" in page
    assert str(programme) in page
    orders = part(page, "section-1-heading")
    assert "odrzucony" in orders
    assert f"/admin/mdocs/order/{order.pk}/change/" in orders


def test_orders_are_for_those_who_may_see_them() -> None:
    student = make_student()
    make_order(student, Status.REJECTED)
    page = text_of(signed_in(make_clerk("students.view_student")), student)
    assert "odrzucony" not in page
    assert "Co się działo" in page


def test_the_history_says_who_did_what_and_when_the_newest_first(office: Client) -> None:
    clerk = make_user(first_name="Dorota", last_name="Dziekańska", is_staff=True)
    student = make_student(pesel=ANNA)
    card = make_card(student, valid_until=timezone.localdate(), barcode_number="B4711")
    enrolment = make_enrolment(student)
    to = make_programme(name="filologia")
    with set_actor(clerk, remote_addr="192.0.2.7"):
        student.last_name, student.pesel, student.sex = "Lis", "02270803808", "F"
        student.save()
        extend_card(card, timezone.localdate() + timedelta(days=30), by=clerk)
        enrolment.status, enrolment.ended_on, enrolment.programme = "graduated", timezone.localdate(), to
        enrolment.save()
        record_access(student, "pesel")
    history = part(text_of(office, student), "audit-heading")
    for told in (
        "zmieniono: legitymacja (ELS): B4711",
        "<li>status: aktywny → absolwent</li>",
        f"→ {to}</li>",
        "<li>nazwisko: Nowak → Lis</li>",
        "<li>PESEL: ••••• → •••••</li>",
        "portal sam",
        "dodano: student",
    ):
        assert told in history
    assert history.index("nazwisko: Nowak") < history.index("dodano: student")
    assert "obejrzano" not in history
    looks = part(text_of(office, student), "looks-heading")
    assert "<td>Dorota Dziekańska</td><td>192.0.2.7</td><td>obejrzano: cały PESEL</td>" in looks
    assert "2270803" not in history
    assert "RelatedManager" not in history


def test_studies_that_are_gone_stay_in_the_history(office: Client) -> None:
    student = make_student()
    make_enrolment(student).delete()
    make_enrolment(make_student()).delete()
    history = part(text_of(office, student), "audit-heading")
    assert history.count("usunięto: studia") == 1


def test_the_history_of_others_is_not_shown(office: Client) -> None:
    other = make_student()
    make_card(other, barcode_number="B0815")
    assert "B0815" not in text_of(office, make_student())


def test_a_longer_story_costs_no_more_queries(office: Client) -> None:
    student = make_eligible_student()

    def live_on() -> None:
        with set_actor(make_user()):
            student.last_name += "a"
            student.save()
            enrolment = make_enrolment(student)
            enrolment.programme = make_programme()
            enrolment.save()
            record_access(student, "pesel")
        make_card(student, ended_on=timezone.localdate(), end_reason="lost", ended_by=make_user())
        make_order(student, Status.REJECTED)

    live_on()
    cost(office, look_of(student))
    few = cost(office, look_of(student))
    for _ in range(3):
        live_on()
    assert cost(office, look_of(student)) == few
    assert few <= 26


@pytest.mark.parametrize(
    "changes",
    [
        {"last_name": "Lis"},
        {"album_number": ""},
        {"remove_pesel": "on"},
        {"new_photo": SimpleUploadedFile("zdjecie.jpg", small_jpeg())},
    ],
)
def test_whatever_is_changed_is_told(
    office: Client, changes: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    student = make_student()
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        assert send(office, page_of(student), student_form(student, **changes)).status_code == 302
    assert [(ids, by.is_superuser if by else None) for ids, by in news] == [([student.pk], True)]


def test_nothing_is_told_or_logged_where_nothing_changed(
    office: Client, django_capture_on_commit_callbacks: Any
) -> None:
    student = make_student()
    entries = LogEntry.objects.count()
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        assert send(office, page_of(student), student_form(student)).status_code == 302
    assert news == []
    assert LogEntry.objects.count() == entries
