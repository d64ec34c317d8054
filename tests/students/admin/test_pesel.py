"""A whole PESEL is shown to those who may see it, one at a time, and the look is written down before it happens."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from students.models import Student
from students.roles import ADMINISTRATOR, CLERK
from tests.students.admin.pages import look_of, pesel_of, said, signed_in
from tests.students.factories import make_clerk, make_enrolment, make_member, make_student

pytestmark = pytest.mark.django_db
ANNA = "02270803624"
MAY_SEE = ("students.view_student", "students.view_full_pesel")


@pytest.fixture
def anna() -> Student:
    student = make_student(pesel=ANNA)
    make_enrolment(student)
    return student


def looks(student: Student) -> list[LogEntry]:
    return list(LogEntry.objects.get_for_object(student).filter(action=LogEntry.Action.ACCESS))


def test_a_look_is_shown_to_whom_it_is_allowed_and_recorded(anna: Student) -> None:
    administrator = make_member(ADMINISTRATOR)
    answer = signed_in(administrator).post(pesel_of(anna), REMOTE_ADDR="192.0.2.7")
    assert ANNA in answer.content.decode()
    assert "zapisano w dzienniku" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    [entry] = looks(anna)
    assert (entry.actor, entry.remote_addr, entry.additional_data) == (
        administrator, "192.0.2.7", {"seen": "pesel"},
    )  # fmt: skip
    assert ANNA not in str(vars(entry))


def test_what_cannot_be_recorded_is_not_shown(anna: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the log is full")

    client = Client(raise_request_exception=False)
    client.force_login(make_member(ADMINISTRATOR))
    monkeypatch.setattr(LogEntry.objects, "log_create", fail)
    answer = client.post(pesel_of(anna))
    assert answer.status_code == 500
    assert ANNA not in answer.content.decode()


def test_nobody_looks_by_following_a_link(anna: Student) -> None:
    assert signed_in(make_member(ADMINISTRATOR)).get(pesel_of(anna)).status_code == 405
    assert looks(anna) == []


def test_a_forged_form_shows_nothing(anna: Student) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(ADMINISTRATOR))
    assert client.post(pesel_of(anna)).status_code == 403
    assert looks(anna) == []


def test_the_permission_does_not_reach_beyond_ones_faculties(anna: Student) -> None:
    elsewhere = make_enrolment(make_student()).programme.faculty
    here = anna.enrolments.get().programme.faculty
    assert signed_in(make_clerk(*MAY_SEE, faculties=[elsewhere])).post(pesel_of(anna)).status_code == 404
    assert looks(anna) == []
    assert signed_in(make_clerk(*MAY_SEE, faculties=[here])).post(pesel_of(anna)).status_code == 200


def test_where_there_is_no_number_there_is_nothing_to_record() -> None:
    student = make_student(pesel=None)
    client = signed_in(make_member(ADMINISTRATOR))
    answer = client.post(pesel_of(student))
    assert answer["Location"] == look_of(student)
    assert said(answer) == ["Ten student nie ma numeru PESEL."]
    assert looks(student) == []
    assert "Pokaż cały PESEL" not in client.get(look_of(student)).content.decode()


def test_the_button_is_there_for_those_who_may(anna: Student) -> None:
    here = anna.enrolments.get().programme.faculty
    for member, offered in ((make_member(ADMINISTRATOR), True), (make_member(CLERK, here), False)):
        page = signed_in(member).get(look_of(anna)).content.decode()
        assert ("Pokaż cały PESEL" in page) is offered
        assert ANNA not in page
        assert "022708•••••" in page
