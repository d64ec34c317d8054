"""A clerk changes the studies at the own faculties, sees those at others, and every change is told."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from students.models import Enrolment, Faculty, Student, User
from tests.students.admin.pages import (
    ENROLMENTS,
    cost,
    enrolment_row,
    enrolment_rows,
    heard,
    listed,
    opened,
    page_of,
    send,
    student_form,
)
from tests.students.factories import make_enrolment, make_programme, make_student
from tests.students.forms import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(faculty: Faculty) -> Student:
    """A student of this faculty and of another one."""
    student = make_student()
    make_enrolment(student, programme=faculty.programmes.get())
    make_enrolment(student)
    return student


@pytest.fixture
def own(shared: Student, faculty: Faculty) -> Enrolment:
    return shared.enrolments.get(programme__faculty=faculty)


@pytest.fixture
def others(shared: Student, faculty: Faculty) -> Enrolment:
    return shared.enrolments.exclude(programme__faculty=faculty).get()


def form(enrolment: Enrolment, **changes: Any) -> dict[str, Any]:
    return enrolment_row(enrolment, **changes)


def on_the_students_page(student: Student, *rows: dict[str, Any], initial: int = 1) -> dict[str, Any]:
    studies = enrolment_rows(*rows, initial=initial) | enrolment_rows(prefix="enrolments-2")
    return student_form(student, **studies)


STRUCK_OFF = {"status": "struck_off", "ended_on": "2026-10-15"}


def test_an_own_enrolment_is_changed_and_told(
    dziekanat: Client, clerk: User, own: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        data = form(own, **STRUCK_OFF) | opened(dziekanat, page_of(own))
        assert dziekanat.post(page_of(own), data).status_code == 302
        assert dziekanat.post(page_of(own), data).status_code == 302  # sent twice: nothing new
    own.refresh_from_db()
    assert own.status == "struck_off"
    assert news == [([own.student_id], clerk)]


def test_an_own_enrolment_is_changed_on_the_students_page_and_told(
    dziekanat: Client, clerk: User, own: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    data = on_the_students_page(own.student, enrolment_row(own, **STRUCK_OFF))
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        assert send(dziekanat, page_of(own.student), data).status_code == 302
        assert send(dziekanat, page_of(own.student), data).status_code == 302  # nothing new
    own.refresh_from_db()
    assert own.status == "struck_off"
    assert news == [([own.student_id], clerk)]


def test_studies_change_under_the_lock_under_which_orders_are_placed(
    dziekanat: Client, own: Enrolment
) -> None:
    on_its_own_page = page_of(own), form(own, status="leave")
    on_the_students = (
        page_of(own.student),
        on_the_students_page(own.student, enrolment_row(own, **STRUCK_OFF)),
    )
    for address, data in (on_its_own_page, on_the_students):
        with CaptureQueriesContext(connection) as queries:
            assert send(dziekanat, address, data).status_code == 302
        asked = [query["sql"] for query in queries]
        lock = next(i for i, sql in enumerate(asked) if sql.endswith("FOR NO KEY UPDATE"))
        assert '"students_student"' in asked[lock]
        assert lock < next(i for i, sql in enumerate(asked) if sql.startswith('UPDATE "students_enrolment"'))


def test_nothing_is_told_of_what_was_refused(
    dziekanat: Client, own: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        refused = send(dziekanat, page_of(own), form(own, status="graduated"))
    assert errors(refused) == {"__all__": ["Skreślenie i ukończenie studiów wymagają daty."]}
    assert news == []


def test_an_enrolment_at_another_faculty_is_seen_and_not_changed(
    dziekanat: Client, own: Enrolment, others: Enrolment
) -> None:
    assert set(listed(dziekanat, ENROLMENTS)) == {own, others}
    assert str(others.programme) in dziekanat.get(page_of(others)).content.decode()
    assert "studia na innych wydziałach" in dziekanat.get(page_of(others.student)).content.decode().lower()
    assert send(dziekanat, page_of(others), form(others, **STRUCK_OFF)).status_code == 403
    forged = on_the_students_page(others.student, enrolment_row(others, **STRUCK_OFF))
    assert send(dziekanat, page_of(others.student), forged).status_code == 200
    rows = enrolment_rows(enrolment_row(others, **STRUCK_OFF), initial=1, prefix="enrolments-2")
    send(dziekanat, page_of(others.student), student_form(others.student, **rows))
    assert Enrolment.objects.get(pk=others.pk).status == "active"


def test_a_programme_of_another_faculty_is_neither_offered_nor_accepted(
    dziekanat: Client, own: Enrolment, others: Enrolment
) -> None:
    foreign = others.programme
    page = dziekanat.get(page_of(own)).content.decode()
    assert foreign.name not in page[page.index('name="programme"') :].partition("</select>")[0]
    assert "programme" in errors(send(dziekanat, page_of(own), form(own, programme=foreign.pk)))
    row = enrolment_row(own, programme=foreign.pk)
    assert send(dziekanat, page_of(own.student), on_the_students_page(own.student, row)).status_code == 200
    new = {"programme": foreign.pk, "status": "active", "started_on": "2026-10-01"}
    rows = on_the_students_page(own.student, enrolment_row(own), new)
    assert send(dziekanat, page_of(own.student), rows).status_code == 200
    added = form(own, programme=foreign.pk)
    assert "programme" in errors(dziekanat.post(f"{ENROLMENTS}add/", added))
    assert Enrolment.objects.filter(programme=foreign).count() == 1


def test_only_a_student_whom_the_clerk_sees_is_enrolled(dziekanat: Client, own: Enrolment) -> None:
    stranger = make_enrolment(make_student()).student
    assert "student" in errors(dziekanat.post(f"{ENROLMENTS}add/", form(own, student=stranger.pk)))
    assert dziekanat.post(f"{ENROLMENTS}add/", form(own)).status_code == 302
    assert (stranger.enrolments.count(), own.student.enrolments.count()) == (1, 3)


def test_an_enrolment_stays_with_its_student(office: Client, own: Enrolment) -> None:
    send(office, page_of(own), form(own, student=make_student().pk))
    assert Enrolment.objects.get(pk=own.pk).student == own.student


def test_deleting_is_told_one_by_one_and_in_bulk(
    office: Client, own: Enrolment, others: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    another = make_enrolment(make_student())
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        office.post(f"{ENROLMENTS}{own.pk}/delete/", {"post": "yes"})
        selected = {"action": "delete_selected", "_selected_action": [others.pk, another.pk], "post": "yes"}
        office.post(ENROLMENTS, selected)
    assert not Enrolment.objects.exists()
    assert [ids for ids, _by in news] == [[own.student_id], sorted([others.student_id, another.student_id])]


def test_more_studies_cost_no_more_queries_on_a_students_page(dziekanat: Client, own: Enrolment) -> None:
    address = page_of(own.student)
    cost(dziekanat, address)
    few = cost(dziekanat, address)
    for _ in range(3):
        make_enrolment(own.student)
        make_enrolment(own.student, programme=make_programme(faculty=own.programme.faculty))
    assert cost(dziekanat, address) == few
