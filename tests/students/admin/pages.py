"""The pages of the admin of students: their addresses, and their forms filled in as a browser sends them back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.models import Enrolment, Student, User
from students.signals import students_changed

STUDENTS = "/admin/students/student/"
SEARCH = "/admin/students/student/search/"
ENROLMENTS = "/admin/students/enrolment/"


def page_of(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:students_{row._meta.model_name}_change", args=[row.pk])


def look_of(student: Student) -> str:
    """Return the address of a student's page to look at."""
    return reverse("admin:students_student_page", args=[student.pk])


def pesel_of(student: Student) -> str:
    """Return the address that shows the whole PESEL."""
    return reverse("admin:students_student_pesel", args=[student.pk])


def enrolment_rows(*rows: dict[str, Any], initial: int = 0, prefix: str = "enrolments") -> dict[str, Any]:
    """Fill in the rows of studies on a student's page."""
    values: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        values |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return values


def enrolment_row(enrolment: Enrolment, **changes: Any) -> dict[str, Any]:
    """Fill in one row with an enrolment as it is."""
    values = {
        "id": enrolment.pk,
        "student": enrolment.student_id,
        "programme": enrolment.programme_id,
        "status": enrolment.status,
        "started_on": enrolment.started_on,
        "ended_on": enrolment.ended_on or "",
    }
    return values | changes


def student_form(student: Student | None = None, **changes: Any) -> dict[str, Any]:
    """Fill in the form of a student, or of a new one."""
    values: dict[str, Any] = {
        "first_names": "Anna Maria",
        "last_name": "Nowak",
        "album_number": (student.album_number or "") if student else "123",
        "birth_date": "2002-07-08",
        "sex": "F",
        "pesel": "",
    }
    if student is None:
        values |= {"login": "a.nowak", "email": "a.nowak@student.example.edu.pl"}
    values |= enrolment_rows()
    values |= {"cards-TOTAL_FORMS": 0, "cards-INITIAL_FORMS": 0}
    return values | changes


def opened(client: Client, address: str) -> dict[str, str]:
    """Open a page, and return the version of its rows that its form sends back; nothing where there is no form."""
    found = re.search(r'name="_version" value="([^"]+)"', client.get(address).content.decode())
    return {"_version": found[1]} if found else {}


def send(client: Client, address: str, data: dict[str, Any], **options: Any) -> Any:
    """Open a page, and send its form at once."""
    return client.post(address, data | opened(client, address), **options)


def signed_in(user: User) -> Client:
    """Return a browser of somebody's own."""
    client = Client()
    client.force_login(user)
    return client


def listed(client: Client, address: str = STUDENTS, **query: str) -> list[Any]:
    """Return what a list shows."""
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.headers
    return list(answer.context["cl"].result_list)


def said(answer: Any) -> list[str]:
    """Return the messages that an answer, or the page that it leads to, shows."""
    if answer.status_code == 302:
        answer = answer.client.get(answer["Location"])
    return [str(message) for message in answer.context["messages"]]


def cost(client: Client, address: str, query: dict[str, str] | None = None) -> int:
    """Return how many queries a look takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


@contextmanager
def heard() -> Iterator[list[tuple[list[int], User | None]]]:
    """Listen to `students_changed`; what was heard is complete when the block is left."""
    news: list[tuple[list[int], User | None]] = []

    def listener(sender: Any, ids: list[int], by: User | None, **kwargs: Any) -> None:
        news.append((ids, by))

    students_changed.connect(listener)
    try:
        yield news
    finally:
        students_changed.disconnect(listener)
