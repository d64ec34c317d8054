"""The filters of the list of students answer the questions of the dean's office, alone and together."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mdocs.statuses import Status
from students.conditions import RULES
from students.models import Faculty, Student
from tests.mdocs.factories import make_order
from tests.students.admin.pages import STUDENTS, cost, listed
from tests.students.factories import (
    make_card,
    make_eligible_student,
    make_enrolment,
    make_programme,
    make_student,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to(TODAY)


def failing(code: str) -> Student:
    """Make a student who fails this condition and no other."""
    if code == "active_student":
        student = make_student()
        make_enrolment(student, status="struck_off", ended_on=date(2026, 9, 1))
        make_card(student)
    elif code == "has_card":
        student = make_student()
        make_enrolment(student)
    elif code == "level":
        student = make_student()
        make_enrolment(student, "doctoral")
        make_card(student)
    else:
        lacking = {"has_pesel": "pesel", "has_album_number": "album_number", "has_photo": "photo"}
        assert code in {*lacking, "card_extended", "data_unchanged"}, f"say here who fails {code}"
        student = make_eligible_student(**({lacking[code]: None} if code in lacking else {}))
        if code == "card_extended":
            student.cards.update(valid_until=date(2026, 10, 31))
        if code == "data_unchanged":
            student.cards.update(holder_last_name="Inna")
    return student


def test_who_fails_a_condition_is_found_by_it_and_by_no_other(office: Client) -> None:
    make_eligible_student()
    codes = [*(condition.code for condition in RULES["els"]), "level"]
    students = {code: failing(code) for code in codes}
    for code in codes:
        assert listed(office, fails=code) == [students[code]], code


def test_the_conditions_are_offered_by_their_text_as_the_rules_have_them(
    office: Client, settings: Any
) -> None:
    text = "Twoja (plastikowa) ELS została przedłużona w USOS"
    assert text in office.get(STUDENTS).content.decode()
    settings.ELIGIBILITY_RULES = "pesel"
    assert text not in office.get(STUDENTS).content.decode()
    assert office.get(STUDENTS, {"fails": "card_extended"}).status_code == 302


@pytest.mark.parametrize(
    ("day", "valid_until", "behind"),
    [
        (date(2026, 9, 30), date(2026, 10, 31), False),
        (date(2026, 10, 1), date(2026, 10, 31), True),
        (date(2026, 11, 1), date(2026, 10, 31), True),
        (date(2026, 11, 1), date(2027, 3, 31), False),
        (date(2026, 11, 1), date(2027, 3, 30), True),
    ],
)
def test_a_card_is_behind_until_it_reaches_as_far_as_an_extension_of_that_day(
    office: Client, time_machine: Any, day: date, valid_until: date, behind: bool
) -> None:
    time_machine.move_to(day)
    student = make_student()
    make_card(student, valid_until=valid_until, issued_on=date(2026, 1, 1))
    without_card = make_student(last_name="Z")
    over = make_card(make_student(last_name="Ż"), issued_on=date(2025, 1, 1), valid_until=date(2025, 3, 31),
                     ended_on=date(2025, 3, 1), end_reason="lost")  # fmt: skip
    assert listed(office, card_behind="yes") == ([student] if behind else [])
    assert {without_card, over.student} <= set(listed(office, card_behind="no"))


def test_who_has_no_photo(office: Client) -> None:
    without, with_photo = make_student(photo=None), make_student()
    assert listed(office, no_photo="yes") == [without]
    assert listed(office, no_photo="no") == [with_photo]


def test_who_has_a_live_mlegitymacja(office: Client) -> None:
    live = {"waiting", "processing", "ready", "collected", "cancelling", "revoking"}
    students = {}
    for status in Status:
        students[status] = make_student()
        make_order(students[status], status)
    with_one = {student for status, student in students.items() if status in live}
    assert set(listed(office, live_order="yes")) == with_one
    assert set(listed(office, live_order="no")) == set(students.values()) - with_one


def test_the_questions_about_studies_ask_for_one_and_the_same_enrolment(office: Client) -> None:
    here, there = make_programme("first_cycle"), make_programme("second_cycle")
    student = make_student()
    make_enrolment(student, programme=here, status="graduated", ended_on=date(2026, 7, 1))
    make_enrolment(student, programme=there)
    assert listed(office, faculty=here.faculty.code) == [student]
    assert listed(office, level="second_cycle", status="active") == [student]
    assert listed(office, faculty=here.faculty.code, status="active") == []
    assert listed(office, faculty=here.faculty.code, level="first_cycle", status="graduated") == [student]
    assert listed(office, level="doctoral") == []


def test_the_filters_and_the_search_are_asked_together(office: Client) -> None:
    programme = make_programme()
    question = {
        "fails": "has_card", "no_photo": "yes", "live_order": "no", "card_behind": "no",
        "faculty": programme.faculty.code, "level": "first_cycle", "status": "active", "q": "Nowak",
    }  # fmt: skip
    student = make_student(photo=None)
    make_enrolment(student, programme=programme)
    make_enrolment(make_student(), programme=programme)
    make_enrolment(make_student(photo=None, last_name="Lis"), programme=programme)
    assert listed(office, **question) == [student]


def test_a_word_that_is_not_offered_opens_the_list_without_filters(office: Client) -> None:
    make_programme()
    for name in ("fails", "card_behind", "no_photo", "live_order", "faculty", "level", "status"):
        for word in ("nothing", "", "\0"):
            answer = office.get(STUDENTS, {"level": "doctoral", name: word})
            assert (answer.status_code, answer["Location"]) == (302, f"{STUDENTS}?e=1")


@pytest.mark.parametrize(
    "query", [{}, {"q": "Nowak"}, {"fails": "has_photo"}, {"live_order": "yes", "level": "first_cycle"}]
)
def test_three_times_more_students_cost_no_more_queries(office: Client, query: dict[str, str]) -> None:
    def cost_of(total: int) -> int:
        while Student.objects.count() < total:
            make_order(make_eligible_student(photo=None), Status.PROCESSING)
        return cost(office, STUDENTS, query)

    cost_of(4)  # whatever is fetched once and kept
    few = cost_of(4)
    assert few == cost_of(12)
    assert few <= 10  # studies, cards and orders of a page among them, and the record of the look


@pytest.mark.parametrize(("status", "listed_as"), [("active", "yes"), ("leave", "yes"), ("graduated", "no")])
def test_studies_that_go_on_beyond_their_planned_end_are_listed(
    office: Client, status: str, listed_as: str
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    late, goes_on = make_student(), make_student()
    make_enrolment(late, status=status, ended_on=yesterday)
    make_enrolment(goes_on, ended_on=yesterday + timedelta(days=1))
    assert (late in listed(office, overdue="yes")) == (listed_as == "yes")
    assert late in listed(office, overdue=listed_as)
    assert goes_on in listed(office, overdue="no")


def test_who_reads_english_chooses_faculties_by_their_english_names(office: Client) -> None:
    for _each in range(2):
        make_enrolment(make_student())
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = office.get(STUDENTS).content.decode()
    names = list(Faculty.objects.values_list("name", "name_en"))
    assert len(names) > 1
    assert all(english in page and polish not in page for polish, english in names)
