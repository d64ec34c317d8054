"""The list of students tells people apart in the columns that each user chooses, and leaves as it is shown."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from mdocs.statuses import Status
from students.models import AuditEntry, Faculty, Programme, User
from students.roles import CLERK, VIEWER
from tests.mdocs.factories import make_order
from tests.mdocs.page.html import read
from tests.students.admin.pages import STUDENTS, cost, look_of, signed_in
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
)

pytestmark = pytest.mark.django_db
COLUMNS = "/admin/students/student/columns/"
WHOLE_LIST = {"index": "0", "select_across": "1", "_selected_action": "all"}


def add(faculty: Faculty, **fields: Any) -> Any:
    """Add a student with studies that ended, studies that go on, a card, and an mLegitymacja."""
    student = make_student(**fields)
    gone, present = (
        Programme.objects.filter(faculty=faculty, name=name).first()
        or make_programme(faculty=faculty, name=name)
        for name in ("historia", "filologia")
    )
    make_enrolment(student, programme=gone, status="graduated", ended_on=timezone.localdate())
    make_enrolment(student, programme=present)
    make_card(student, valid_until="2027-03-31")
    make_order(student, Status.COLLECTED)
    return student


def headings(browser: Client) -> list[str]:
    """Return the headings of the list's columns."""
    page = read(browser.get(STUDENTS))
    return [text for text in page.texts("th", scope="col") if text]


def test_a_row_says_who_it_is_and_leads_to_the_page_to_look_at(dziekanat: Client, faculty: Faculty) -> None:
    student = add(faculty, last_name="Lis", first_names="Jan", album_number="777")
    html = dziekanat.get(STUDENTS).content.decode()
    row = html[html.index('id="result_list"') :].partition("</table>")[0]
    for told in (
        f'href="{look_of(student)}',
        "Lis",
        "777",
        faculty.name,
        "filologia",
        "31 marca 2027",
        "odebrana",
    ):
        assert told in row
    assert "historia" not in row
    assert "•••••" not in row


def test_each_user_chooses_the_columns(dziekanat: Client, clerk: User, faculty: Faculty) -> None:
    add(faculty)
    other = signed_in(make_member(CLERK, faculty))
    usual = headings(other)
    assert usual[-5:] == ["Wydział", "Kierunek", "Studiuje od", "ELS ważna do", "Stan mLegitymacji"]
    answer = dziekanat.post(
        COLUMNS, {"column": ["photo", "masked_pesel", "no"], "query": "level=first_cycle"}
    )
    assert answer["Location"] == f"{STUDENTS}?level=first_cycle"
    clerk.refresh_from_db()
    assert clerk.student_columns == ["masked_pesel", "photo"]
    assert headings(dziekanat)[-2:] == ["PESEL", "Zdjęcie"]
    assert headings(other) == usual
    dziekanat.post(COLUMNS, {"query": "q=02270803624"})
    assert headings(dziekanat)[-1] == "Numer albumu"


def test_a_longer_list_costs_no_more_queries(dziekanat: Client, faculty: Faculty) -> None:
    add(faculty)
    cost(dziekanat, STUDENTS)
    few = cost(dziekanat, STUDENTS)
    for _ in range(5):
        add(faculty)
    assert cost(dziekanat, STUDENTS) == few


def test_faculties_and_programmes_are_called_in_the_readers_language(
    dziekanat: Client, faculty: Faculty, clerk: User
) -> None:
    student = add(faculty)
    Faculty.objects.filter(pk=faculty.pk).update(name="Wydział Chemii", name_en="Faculty of Chemistry")
    Programme.objects.filter(name="filologia").update(name="chemia", name_en="chemistry")
    for address in (STUDENTS, look_of(student)):
        page = dziekanat.get(address).content.decode()
        assert "Wydział Chemii" in page and "chemia, studia" in page, address
    User.objects.filter(pk=clerk.pk).update(language="en")
    reader = signed_in(User.objects.get(pk=clerk.pk))
    for address in (STUDENTS, look_of(student)):
        page = reader.get(address, headers={"accept-language": "en"}).content.decode()
        assert "Faculty of Chemistry" in page and "chemistry, first-cycle" in page, address


def test_the_state_of_an_mlegitymacja_is_for_those_who_may_see_orders() -> None:
    reader = signed_in(make_clerk("students.view_student"))
    assert "Stan mLegitymacji" not in headings(reader)


def test_the_filtered_list_leaves_as_it_is_shown(dziekanat: Client, faculty: Faculty) -> None:
    add(faculty, last_name="=Lis", first_names="Jan", album_number="777")
    add(faculty, last_name="Wilk")
    add(make_programme().faculty, last_name="Lis")
    answer = dziekanat.post(f"{STUDENTS}?q=777", {"action": "export_csv", **WHOLE_LIST})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert (
        lines[0] == "Nazwisko;Imiona;Numer albumu;Wydział;Kierunek;Studiuje od;ELS ważna do;Stan mLegitymacji"
    )
    assert len(lines) == 2
    assert lines[1].startswith("'=Lis;Jan;777;")
    assert lines[1].endswith(";31 marca 2027;odebrana")
    entry = AuditEntry.objects.latest("id")
    assert entry.additional_data == {"exported": 1, "format": "csv", "filter": "q=777"}


def test_a_workbook_keeps_its_header_in_sight_and_filters(dziekanat: Client, faculty: Faculty) -> None:
    add(faculty, last_name="Konstantynopolitańczykowianeczka")
    answer = dziekanat.post(STUDENTS, {"action": "export_xlsx", **WHOLE_LIST})
    sheet = load_workbook(BytesIO(b"".join(answer))).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions == "A1:H2"
    assert sheet.column_dimensions["A"].width == len("Konstantynopolitańczykowianeczka") + 2


@pytest.mark.parametrize("address", ["enrolment", "studentcard", "cardextension"])
def test_the_other_lists_leave_too(dziekanat: Client, faculty: Faculty, address: str) -> None:
    add(faculty, last_name="Lis")
    where = f"/admin/students/{address}/"
    assert 'value="export_xlsx"' in dziekanat.get(where).content.decode() or address == "cardextension"
    answer = dziekanat.post(where, {"action": "export_csv", **WHOLE_LIST})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == {"enrolment": 3, "studentcard": 2, "cardextension": 1}[address]
    assert "<" not in "".join(lines)


def test_who_may_not_export_is_offered_none(faculty: Faculty) -> None:
    add(faculty)
    viewer = signed_in(make_member(VIEWER, faculty))
    assert "export_csv" not in viewer.get(STUDENTS).content.decode()
    entries = AuditEntry.objects.count()
    viewer.post(STUDENTS, {"action": "export_csv", **WHOLE_LIST})
    assert AuditEntry.objects.count() == entries


def test_nobody_deletes_students_in_bulk(office: Client) -> None:
    make_student()
    assert "delete_selected" not in office.get(STUDENTS).content.decode()
