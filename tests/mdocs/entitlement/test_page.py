"""The dry run in the admin: who would lose theirs, seen only by who may revoke, and only of the own faculties."""

from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.models import Order, OrderEvent
from mdocs.office.pages import entitlement as office
from mdocs.statuses import Status
from students.half_years import half_year_end
from students.models import Faculty, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.mdocs.entitlement.causes import CAUSES, collected
from tests.students.factories import (
    make_card,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db

URL = "/admin/mdocs/order/entitlement/"


@pytest.fixture
def faculty(db: None) -> Faculty:
    return Faculty.objects.create(code="WF", name="Wydział Filozoficzny", name_en="Philosophy")


def holder(faculty: Faculty, **fields: Any) -> Order:
    student = make_student(**fields)
    make_enrolment(student, programme=make_programme(faculty=faculty))
    make_card(student)
    return collected(student)


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("role", "status"), [(CLERK, 200), (ADMINISTRATOR, 200), (VIEWER, 403)])
def test_who_may_revoke_may_look(client: Client, faculty: Faculty, role: str, status: int) -> None:
    assert as_(client, make_member(role, faculty)).get(URL).status_code == status


def test_students_and_staff_without_a_role_may_not(client: Client) -> None:
    assert client.get(URL).status_code == 302
    assert as_(client, make_user()).get(URL).status_code == 302
    assert as_(client, make_user(is_staff=True)).get(URL).status_code == 403


def test_it_counts_by_faculty_and_reason_and_lists_the_students_of_the_clerk_alone(
    client: Client, faculty: Faculty
) -> None:
    struck_off = holder(faculty, last_name="Skreślona")
    holder(faculty, last_name="Nieprzedłużona")
    elsewhere = collected(make_foreign_student())
    for order in (struck_off, elsewhere):
        CAUSES["struck off"][0](order.student)
    page = as_(client, make_member(CLERK, faculty)).get(URL)
    after_half_year = half_year_end(timezone.localdate()) + timedelta(days=1)
    assert page.context["day"] == after_half_year
    (line,) = page.context["by_faculty"]
    assert (line.faculty, line.total) == ("Wydział Filozoficzny", 2)
    assert dict(zip(office.REASONS, line.counts, strict=True)) == {
        "student_status_lost": 1,
        "holder_data_changed": 0,
        "card_invalidated": 0,
        "card_not_extended": 1,
    }
    html = page.content.decode()
    for text in ("Skreślona", "utrata statusu studenta", "Nieprzedłużona", "ELS nie została przedłużona"):
        assert text in html
    assert "Obca" not in html
    assert elsewhere.album_number not in html
    assert str(struck_off.student.pesel) not in html
    assert set(Order.objects.values_list("status", flat=True)) == {Status.COLLECTED}
    assert not OrderEvent.objects.exclude(reason="ordered").exists()


def make_foreign_student() -> Any:
    student = make_student(last_name="Obca")
    make_enrolment(student)
    make_card(student)
    return student


def test_a_reason_can_be_chosen_and_the_day_too(client: Client, faculty: Faculty) -> None:
    struck_off, not_extended = holder(faculty), holder(faculty)
    CAUSES["struck off"][0](struck_off.student)
    clerk = as_(client, make_member(CLERK, faculty))

    def listed(**query: str) -> list[Any]:
        return [student["order"] for student in clerk.get(URL, query).context["students"]]

    assert set(listed()) == {struck_off.pk, not_extended.pk}
    assert listed(reason="card_not_extended") == [not_extended.pk]
    assert listed(day=day(0)) == [struck_off.pk]
    struck_off.student.enrolments.update(status="active", ended_on=None)
    assert "Nikt nie straci mLegitymacji" in clerk.get(URL, {"day": day(0)}).content.decode()


@pytest.mark.parametrize(
    "query", [{"day": "jutro"}, {"day": day(-1)}, {"day": day(4_000)}, {"reason": "no_such_reason"}]
)
def test_what_cannot_be_asked_for_is_an_error_of_the_form(
    client: Client, faculty: Faculty, query: dict[str, str]
) -> None:
    page = as_(client, make_member(CLERK, faculty)).get(URL, query)
    assert page.status_code == 400
    assert "Popraw poniższe pola." in page.content.decode()


def test_it_is_only_for_looking(client: Client, faculty: Faculty) -> None:
    assert as_(client, make_member(CLERK, faculty)).post(URL).status_code == 405


def test_a_longer_list_costs_no_more_queries_and_has_pages(
    client: Client, faculty: Faculty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "ON_A_PAGE", 2)
    clerk = as_(client, make_member(CLERK, faculty))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(URL)
        return len(queries)

    holder(faculty)
    cost()
    few = cost()
    orders = [holder(faculty) for _ in range(4)]
    assert cost() == few
    last = clerk.get(URL, {"p": "3"}).context["students"]
    assert [student["order"] for student in last] == [orders[-1].pk]


def test_the_list_is_taken_away_without_formulas_and_the_log_says_by_whom(
    client: Client, faculty: Faculty
) -> None:
    clerk = make_member(CLERK, faculty)
    holder(faculty, last_name="=SUM(A1)", album_number="700123")
    holder(Faculty.objects.create(code="X", name="X", name_en="X"), last_name="Obca", album_number="700124")
    after = (half_year_end(timezone.localdate()) + timedelta(days=1)).isoformat()
    answer = as_(client, clerk).get(URL, {"day": after, "format": "csv"})
    table = b"".join(answer).decode()
    assert "700123;'=SUM(A1)" in table
    assert "Obca" not in table
    assert "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get(additional_data__exported=1)
    assert entry.actor == clerk


def test_whom_the_date_alone_ends_is_in_the_list_of_the_page_and_of_the_dry_run(
    client: Client, faculty: Faculty, settings: Any
) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = "pesel", False
    order = holder(faculty, last_name="Niepotwierdzona")
    after = order.valid_until + timedelta(days=1)
    page = as_(client, make_member(CLERK, faculty)).get(URL, {"day": after.isoformat()})
    assert page.context["total"] == 1
    assert page.context["reasons"][-1] == "minął termin ważności"
    assert "Niepotwierdzona" in page.content.decode()
    said = StringIO()
    call_command("sweep_entitlement", "--dry-run", "--date", after.isoformat(), stdout=said)
    assert said.getvalue().startswith(f"Would end as of {after}: 1.\n  date_passed: 1\n")
    with time_machine.travel(datetime.combine(after, time(12)), tick=False):
        call_command("sweep_entitlement", stdout=StringIO())
    assert Order.objects.get().status == Status.LAPSED
    settings.AUTOMATIC_CONFIRMATION = True
    assert not rules.ineligible_students(after).exists()
