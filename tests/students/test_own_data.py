"""Students see what the portal knows of them, and nobody else does."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from students.models import EndReason, EnrolmentStatus, Student
from students.moments import write_day
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_card, make_clerk, make_enrolment, make_programme

pytestmark = pytest.mark.django_db
PAGE = "/dla-studentow/moje-dane/"


def look(client: Client) -> Document:
    return read(client.get(PAGE))


def test_a_student_sees_data_studies_and_cards(student_client: Client, student: Student) -> None:
    page = look(student_client)
    for text in (student.first_names, student.last_name, student.album_number, student.user.email):
        assert str(text or "–") in page.main
    assert write_day(student.birth_date) in page.main
    card = student.cards.get()
    assert f"Numer {card.barcode_number}" in page.main
    assert student.enrolments.get().programme.name in page.main
    assert "dziekanat Twojego wydziału" in page.main
    assert "biuro spraw studenckich Twojego wydziału" in page.main


def test_the_pesel_is_masked_and_nothing_is_kept(student_client: Client, student: Student) -> None:
    answer = student_client.get(PAGE)
    assert student.pesel
    assert student.pesel not in answer.content.decode()
    assert student.masked_pesel in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_ended_cards_and_studies_say_that_they_are(student_client: Client, student: Student) -> None:
    card = student.cards.get()
    student.cards.update(ended_on=card.issued_on, end_reason=EndReason.LOST)
    student.enrolments.update(status=EnrolmentStatus.STRUCK_OFF, ended_on="2026-10-01")
    page = look(student_client)
    assert f"utracona {write_day(card.issued_on)}" in page.main
    assert "skreślony" in page.main
    assert "do 1 października 2026" in page.main


def test_it_costs_the_same_for_one_enrolment_and_for_ten(student_client: Client, student: Student) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(student_client)
        return len(queries)

    before = cost()
    for _ in range(9):
        make_enrolment(student, programme=make_programme())
    for _ in range(3):
        make_card(student, ended_on="2026-11-01", end_reason=EndReason.RETURNED)
    assert cost() == before <= 6


def test_staff_and_strangers_have_no_page_of_a_students_data(
    client: Client, student: Student, other_student: Student
) -> None:
    assert client.get(PAGE)["Location"] == f"/logowanie/?next={PAGE}"
    client.force_login(make_clerk("students.view_student"))
    assert "nie są połączone żadne dane studenta" in look(client).main
    client.force_login(other_student.user)
    assert student.last_name not in look(client).main
