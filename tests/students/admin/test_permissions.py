"""Who may do what: each role with each address and action of the admin of students, as one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from students.models import Enrolment, Faculty, Programme, Student, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.students.admin.pages import (
    ENROLMENTS,
    SEARCH,
    STUDENTS,
    enrolment_row,
    enrolment_rows,
    page_of,
    pesel_of,
    send,
    student_form,
)
from tests.students.factories import make_enrolment, make_member, make_student, make_user

pytestmark = pytest.mark.django_db
WHO = ("superuser", ADMINISTRATOR, CLERK, VIEWER, "plain staff", "student", "anonymous")
OK, DONE, NO, AWAY = 200, 302, 403, "sign in"


@dataclass(frozen=True)
class Scene:
    """A student of the faculty of whoever asks."""

    student: Student
    enrolment: Enrolment
    programme: Programme
    faculty: Faculty


Ask = Callable[[Client, Scene], Any]


def get(address: str) -> Ask:
    return lambda client, scene: client.get(address)


def look(part: str) -> Ask:
    return lambda client, scene: client.get(page_of(getattr(scene, part)))


def add_student(client: Client, scene: Scene) -> Any:
    row = {"programme": scene.programme.pk, "status": "active", "started_on": "2026-10-01"}
    return client.post(f"{STUDENTS}add/", student_form(**enrolment_rows(row)))


def delete(part: str) -> Ask:
    def ask(client: Client, scene: Scene) -> Any:
        address = page_of(getattr(scene, part)).replace("change", "delete")
        return client.post(address, {"post": "yes"})

    return ask


# The columns are WHO; DONE is a redirect to what was done, AWAY one to the page for signing in.
TABLE: dict[str, tuple[Ask, tuple[Any, ...]]] = {
    "list students": (get(STUDENTS), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "search": (lambda c, s: c.post(SEARCH, {"q": "Nowak"}), (DONE, DONE, DONE, DONE, NO, AWAY, AWAY)),
    "look at a student": (look("student"), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "change a student": (
        lambda c, s: send(c, page_of(s.student), student_form(s.student, last_name="Lis")),
        (DONE, DONE, DONE, NO, NO, AWAY, AWAY),
    ),
    "add a student": (add_student, (DONE, DONE, DONE, NO, NO, AWAY, AWAY)),
    "delete a student": (delete("student"), (DONE, NO, NO, NO, NO, AWAY, AWAY)),
    "see a whole PESEL": (lambda c, s: c.post(pesel_of(s.student)), (OK, OK, NO, NO, NO, AWAY, AWAY)),
    "complete a student": (
        get("/admin/autocomplete/?app_label=students&model_name=enrolment&field_name=student&term=N"),
        (OK, OK, OK, OK, NO, AWAY, AWAY),
    ),
    "list enrolments": (get(ENROLMENTS), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "look at an enrolment": (look("enrolment"), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "change an enrolment": (
        lambda c, s: send(c, page_of(s.enrolment), enrolment_row(s.enrolment, status="leave")),
        (DONE, DONE, DONE, NO, NO, AWAY, AWAY),
    ),
    "add an enrolment": (
        lambda c, s: c.post(f"{ENROLMENTS}add/", enrolment_row(s.enrolment)),
        (DONE, DONE, DONE, NO, NO, AWAY, AWAY),
    ),
    "delete an enrolment": (delete("enrolment"), (DONE, DONE, NO, NO, NO, AWAY, AWAY)),
    "list photos": (get("/admin/students/photo/"), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "list faculties": (get("/admin/students/faculty/"), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "look at a faculty": (look("faculty"), (OK, OK, OK, OK, NO, AWAY, AWAY)),
    "change a faculty": (
        lambda c, s: send(c, page_of(s.faculty), {"code": "X", "name": "X", "name_en": "X"}),
        (DONE, DONE, NO, NO, NO, AWAY, AWAY),
    ),
    "change a programme": (
        lambda c, s: send(
            c,
            page_of(s.programme),
            {"faculty": s.faculty.pk, "name": "X", "name_en": "X", "level": "first_cycle"},
        ),
        (DONE, DONE, NO, NO, NO, AWAY, AWAY),
    ),
    "delete a faculty": (
        delete("faculty"),
        (OK, NO, NO, NO, NO, AWAY, AWAY),
    ),  # refused on its page: it is in use
    "list accounts": (get("/admin/students/user/"), (OK, OK, NO, NO, NO, AWAY, AWAY)),
    "add an account": (get("/admin/students/user/add/"), (OK, OK, NO, NO, NO, AWAY, AWAY)),
    "delete an account": (
        lambda c, s: c.post(f"/admin/students/user/{make_user('gone').pk}/delete/", {"post": "yes"}),
        (NO, NO, NO, NO, NO, AWAY, AWAY),
    ),
    "list groups": (get("/admin/auth/group/"), (OK, NO, NO, NO, NO, AWAY, AWAY)),
}


def browser(who: str, scene: Scene) -> Client:
    client = Client()
    if who == "superuser":
        client.force_login(make_user(is_staff=True, is_superuser=True))
    elif who == "plain staff":
        plain = make_user(is_staff=True)
        plain.faculties.add(scene.faculty)
        client.force_login(plain)
    elif who == "student":
        client.force_login(scene.student.user)
    elif who != "anonymous":
        client.force_login(make_member(who, scene.faculty))
    return client


@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what(who: str) -> None:
    found, expected = {}, {}
    for what, (ask, answers) in TABLE.items():
        enrolment = make_enrolment(make_student())
        programme = enrolment.programme
        scene = Scene(enrolment.student, enrolment, programme, programme.faculty)
        answer = ask(browser(who, scene), scene)
        goes_to = answer.headers.get("Location", "")
        found[what] = AWAY if goes_to.startswith("/admin/login/") else answer.status_code
        expected[what] = answers[WHO.index(who)]
        User.objects.filter(username="a.nowak", student__isnull=True).delete()
        Student.objects.filter(user__username="a.nowak").delete()
        User.objects.filter(username__in=["a.nowak", "gone"]).delete()
        Faculty.objects.filter(code="X").update(code=f"X{scene.faculty.pk}")
    assert found == expected
