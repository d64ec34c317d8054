"""Numbers that a dean asks for: counted once a day by faculty, level and half-year; shown cheaply, within one's
faculties."""

import csv
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import HalfYearFigures, Order, OrderEvent
from mdocs.office.half_years.counting import recount
from mdocs.statuses import Reason, Status
from mdocs.tasks import count_half_years
from students.models import AuditEntry, CardExtension, Enrolment, Faculty, Level, Student
from students.roles import CLERK, VIEWER
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import read
from tests.students.admin.pages import signed_in
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
)

pytestmark = pytest.mark.django_db
PAGE = "/admin/mdocs/order/half-years/"
SPRING, AUTUMN = date(2026, 10, 31), date(2027, 3, 31)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23 12:00 +00:00", tick=False)


@pytest.fixture
def faculty() -> Faculty:
    faculty = make_programme().faculty
    Faculty.objects.filter(pk=faculty.pk).update(name="Wydział Chemii", name_en="Faculty of Chemistry")
    return Faculty.objects.get(pk=faculty.pk)


def add(faculty: Faculty, level: str = Level.FIRST_CYCLE, **studies: Any) -> Student:
    """Add a student of the faculty, who began in 2025."""
    student = make_student()
    values = {"started_on": date(2025, 10, 1), **studies}
    make_enrolment(student, programme=make_programme(level, faculty=faculty), **values)
    return student


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def figures(until: date, faculty: Faculty, level: str = Level.FIRST_CYCLE) -> dict[str, Any]:
    """Return the counts of one place."""
    found = HalfYearFigures.objects.values(
        "entitled", "on_phones", "ordered", "refused", "cards_extended", "documents_extended"
    )
    return dict(found.get(until=until, faculty=faculty, level=level))


def test_each_number_is_counted_where_its_student_studies(faculty: Faculty) -> None:
    phone, refused, idle = add(faculty), add(faculty), add(faculty)
    gone = add(faculty, status="struck_off", ended_on=date(2026, 11, 10))
    doctoral, second = add(faculty, Level.DOCTORAL), add(faculty, Level.SECOND_CYCLE)
    collected = make_order(phone, Status.COLLECTED)
    make_order(phone, Status.REVOKED)  # ordered twice, counted once
    for code in ("photo_rejected", "photo_rejected", ""):
        make_order(refused, Status.REJECTED, rejection_code=code)
    make_order(gone, Status.REVOKED)
    OrderEvent.objects.create(
        order=collected,
        old=Status.COLLECTED,
        new=Status.COLLECTED,
        reason=Reason.EXTENDED,
        detail="2027-03-31",
    )
    card = make_card(idle, valid_until=AUTUMN)
    for undone_at in (None, timezone.now()):
        CardExtension.objects.create(
            card=card, previous_valid_until=SPRING, valid_until=AUTUMN, undone_at=undone_at
        )
    assert count_half_years() == 2
    assert figures(AUTUMN, faculty) == {
        "entitled": 3,
        "on_phones": 1,
        "ordered": 3,
        "refused": {"photo_rejected": 2, "": 1},
        "cards_extended": 1,
        "documents_extended": 1,
    }
    assert figures(AUTUMN, faculty, Level.SECOND_CYCLE)["entitled"] == 1
    assert not HalfYearFigures.objects.filter(level=Level.DOCTORAL).exists()
    assert doctoral and second


def test_a_half_year_that_is_over_keeps_who_was_entitled_and_gets_its_last_hours(
    faculty: Faculty, time_machine: Any
) -> None:
    time_machine.move_to("2027-03-31 20:00 +00:00", tick=False)
    student, stays = add(faculty), add(faculty)
    recount(timezone.now())
    make_order(student, Status.COLLECTED, created_at=at("2027-03-31 23:50"))
    time_machine.move_to("2027-04-01 20:00 +00:00", tick=False)
    Enrolment.objects.exclude(student=stays).update(status="struck_off", ended_on=date(2027, 4, 1))
    recount(timezone.now())
    over, present = figures(AUTUMN, faculty), figures(date(2027, 10, 31), faculty)
    assert (over["entitled"], over["on_phones"], over["ordered"]) == (2, 0, 1)
    assert (present["entitled"], present["on_phones"], present["ordered"]) == (1, 0, 0)
    before = list(HalfYearFigures.objects.order_by("pk").values())
    recount(timezone.now())
    assert list(HalfYearFigures.objects.order_by("pk").values()) == before, "as often as one likes"


def test_what_happened_before_it_was_ever_counted_is_counted_at_first(faculty: Faculty) -> None:
    student = add(faculty)
    make_order(student, Status.REVOKED, created_at=at("2026-05-05 12:00"))
    make_order(student, Status.REVOKED, created_at=at("2025-11-05 12:00"))
    recount(timezone.now())
    for until, entitled in ((date(2026, 3, 31), None), (SPRING, None), (AUTUMN, 1)):
        assert figures(until, faculty)["entitled"] == entitled
    assert [figures(until, faculty)["ordered"] for until in (date(2026, 3, 31), SPRING, AUTUMN)] == [1, 1, 0]


def test_the_page_shows_table_charts_and_refusals_of_ones_own_faculties(faculty: Faculty) -> None:
    student, other = add(faculty), add(make_programme().faculty)
    make_order(student, Status.COLLECTED)
    make_order(add(faculty, Level.SECOND_CYCLE), Status.REJECTED, rejection_code="photo_rejected")
    make_order(other, Status.COLLECTED)
    recount(timezone.now())
    dean = signed_in(make_member(VIEWER, faculty))
    answer = dean.get(PAGE)
    page = answer.content.decode()
    assert "Wydział Chemii" in page and "Wydział 1" not in page.replace("Wydział Chemii", "")
    assert answer.context["lines"][-1][2] == ["2", "2", "1", "50\xa0%", "1", "0", "0"]
    assert "odrzucone: zdjęcie nie zostało przyjęte" in page
    assert page.count("<svg") >= 2 and "Na telefonach, półrocze po półroczu" in page
    assert "Policzono 23 listopada 2026, 13:00." in read(answer).texts("body")[0]
    only = dean.get(PAGE, {"level": Level.SECOND_CYCLE}).context["lines"]
    assert [line[2][:2] for line in only] == [["1", "1"], ["1", "1"]]
    everybody = signed_in(make_clerk("mdocs.view_order"))
    assert everybody.get(PAGE).context["lines"][-1][2][0] == "3"


@pytest.mark.parametrize(
    "query", [{"until": "2020-03-31"}, {"until": "x"}, {"faculty": "other"}, {"level": "x"}]
)
def test_what_there_is_not_cannot_be_chosen(faculty: Faculty, query: dict[str, str]) -> None:
    add(faculty)
    recount(timezone.now())
    assert signed_in(make_member(CLERK, faculty)).get(PAGE, query).status_code == 400


def test_it_says_that_nothing_is_counted_yet_and_is_not_for_everybody(faculty: Faculty) -> None:
    page = signed_in(make_member(CLERK, faculty)).get(PAGE)
    assert "jeszcze nie policzył" in page.content.decode()
    assert signed_in(make_clerk("students.view_student", faculties=[faculty])).get(PAGE).status_code == 403
    assert 'href="/admin/mdocs/order/half-years/"' in page.content.decode(), "in the side menu"


def test_it_leaves_as_a_file_which_the_audit_log_has(faculty: Faculty) -> None:
    make_order(add(faculty), Status.REJECTED, rejection_code="photo_rejected")
    add(make_programme().faculty)
    recount(timezone.now())
    dean = signed_in(make_member(VIEWER, faculty))
    answer = dean.get(PAGE, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][:7] == ["2027-03-31", "Wydział Chemii", "studia I stopnia", "1", "1", "0", "1"]
    assert rows[1][7] == "odrzucone: zdjęcie nie zostało przyjęte: 1"
    assert dean.get(PAGE, {"format": "xlsx"}).status_code == 200
    assert AuditEntry.objects.filter(additional_data__exported=1).count() == 2


def test_neither_counting_nor_looking_costs_more_queries_with_more_students(faculty: Faculty) -> None:
    def cost(total: int) -> tuple[int, int]:
        while Student.objects.count() < total:
            make_order(add(faculty), Status.REJECTED)
            make_order(add(make_programme().faculty), Status.COLLECTED, created_at=at("2025-11-05 12:00"))
        with CaptureQueriesContext(connection) as counted:
            recount(timezone.now())
        browser: Client = signed_in(make_clerk("mdocs.view_order"))
        with CaptureQueriesContext(connection) as looked:
            assert browser.get(PAGE).status_code == 200
        return len(counted), len(looked)

    cost(2)
    few = cost(2)
    assert cost(12) == few
    assert few[0] <= 16 and few[1] <= 10
    assert Order.objects.count() == 12
