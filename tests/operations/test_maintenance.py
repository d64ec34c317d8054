"""Maintenance: a page for people, an answer in their form for programs, and a way in for who may end it."""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from mdocs import orders
from mdocs.statuses import Status
from operations import maintenance
from students.models import Student
from students.roles import ADMINISTRATOR, CLERK
from tests.operations.signs import make_well
from tests.students.factories import make_member

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Have nothing known from the test before, nor by the next one."""
    maintenance.forget()
    yield
    maintenance.forget()


def switch(*arguments: str) -> None:
    call_command("maintenance", *arguments, stdout=StringIO())


def test_people_read_a_page_in_their_language(student_client: Client) -> None:
    switch("on", "--text", "Wracamy o 14.", "--text-en", "We are back at 14.")
    answer = student_client.get(PAGE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "Wracamy o 14." in answer.content.decode() and "bezpieczne" in answer.content.decode()
    english = student_client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    assert "We are back at 14." in english and "are safe" in english
    switch("off")
    assert student_client.get(PAGE).status_code == 200


def test_programs_are_answered_in_the_form_of_their_api(client: Client) -> None:
    switch("on")
    answer = client.get("/api/v1/me/eligibility")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "maintenance" and answer["Retry-After"] == "300"
    assert client.get("/services/apisrv/now").json()["message"]


def test_health_still_answers_and_orders_go_on(
    client: Client, student: Student, work: Callable[[], int]
) -> None:
    order = orders.place(student, by=None)
    switch("on")
    make_well()
    assert client.get("/health/ready").status_code == 200
    work()
    order.refresh_from_db()
    assert order.status == Status.READY


def test_who_may_end_it_gets_in_and_does_with_a_button(client: Client) -> None:
    client.force_login(make_member(ADMINISTRATOR))
    page = "/admin/operations/technician/"
    client.post(page, {"action": "maintenance_on", "text_pl": "Chwila."})
    other = Client()
    other.force_login(make_member(CLERK))
    assert (client.get("/admin/").status_code, other.get("/admin/").status_code) == (200, 503)
    assert Client().get("/logowanie/").status_code == 200
    assert other.post(page, {"action": "maintenance_off"}).status_code == 503
    client.post(page, {"action": "maintenance_off"})
    assert other.get("/admin/").status_code == 200
    assert other.post(page, {"action": "maintenance_on"}).status_code == 403


def test_it_costs_pages_no_query(student_client: Client, django_assert_num_queries: Any) -> None:
    maintenance.current()
    with django_assert_num_queries(0):
        assert maintenance.current() is None
