"""The page on which staff order for a cohort: who may, for whom, and what it says before it does anything."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import Order
from students import jobs
from students.half_years import extension_target
from students.models import Faculty, Job, Level, Programme
from students.moments import write_day
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.students.factories import (
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db

URL = "/admin/mdocs/order/cohort/"


@pytest.fixture(autouse=True)
def _rules_of_2025(settings: Any) -> None:
    settings.ELIGIBILITY_RULES = "pesel"


@pytest.fixture
def faculty(db: None) -> Faculty:
    return Faculty.objects.create(code="WF", name="Wydział Filozoficzny", name_en="Philosophy")


@pytest.fixture
def programme(faculty: Faculty) -> Programme:
    programme = make_programme(faculty=faculty)
    for _ in range(2):
        make_enrolment(make_student(), programme=programme)
    return programme


@pytest.fixture
def office(client: Client) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(make_member(ADMINISTRATOR))
    return client


@pytest.mark.parametrize(("role", "status"), [(ADMINISTRATOR, 200), (CLERK, 403), (VIEWER, 403), (None, 403)])
def test_only_who_may_order_for_many_sees_the_page(client: Client, role: str | None, status: int) -> None:
    client.force_login(make_member(role) if role else make_user(is_staff=True))
    assert client.get(URL).status_code == status
    assert client.post(URL, {"cohort": "all"}).status_code in {status, 302}
    assert Job.objects.exists() is (status == 200)


def test_under_the_manuals_rules_the_page_says_why_it_refuses(office: Client, settings: Any) -> None:
    settings.ELIGIBILITY_RULES = "els"
    for answer in (office.get(URL), office.post(URL, {"cohort": "all"})):
        assert answer.status_code == 403
        assert "dotyczy zasad „pesel”" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_number_is_shown_before_anything_is_ordered(office: Client, programme: Programme) -> None:
    page = office.get(URL, {"cohort": f"programme-{programme.pk}"})
    assert page.context["preview"].to_order == 2
    assert "Zamów dla tych studentów" in page.content.decode()
    until = extension_target(timezone.localdate())
    assert (
        f"mLegitymacje zamówione dziś będą ważne do <time>{write_day(until)}</time>" in page.content.decode()
    )
    assert not Job.objects.exists()
    assert not Order.objects.exists()


def test_the_button_starts_a_job_that_orders(office: Client, programme: Programme) -> None:
    answer = office.post(URL, {"cohort": f"faculty-{programme.faculty_id}"})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert job.title == "Zamówienia: Wydział Filozoficzny"
    jobs.run_due()
    assert Order.objects.count() == 2
    page = office.get(URL, {"cohort": "all"}).content.decode()
    assert "Nie ma dla kogo zamówić." in page
    assert "Zamów dla tych studentów" not in page
    progress = office.get(job.get_absolute_url()).content.decode()
    assert "złożono zamówienie" in progress


@pytest.mark.parametrize("cohort", ["", "faculty-", "faculty-0", "everybody", "programme-999999", "1 OR 1=1"])
def test_a_cohort_that_does_not_exist_is_an_error_of_the_form(office: Client, cohort: str) -> None:
    for answer in (office.get(URL, {"cohort": cohort}), office.post(URL, {"cohort": cohort})):
        assert answer.status_code == 400
        assert "Nic nie zamówiono." in answer.content.decode()
    assert not Job.objects.exists()


def test_a_clerk_is_offered_and_given_only_the_own_faculties(
    client: Client, programme: Programme, faculty: Faculty
) -> None:
    foreign = make_programme()
    client.force_login(make_clerk("mdocs.order_cohort", faculties=[faculty]))
    html = client.get(URL).content.decode()
    assert f"faculty-{faculty.pk}" in html
    assert f"programme-{programme.pk}" in html
    assert f"faculty-{foreign.faculty_id}" not in html
    assert client.post(URL, {"cohort": f"faculty-{foreign.faculty_id}"}).status_code == 400
    assert client.post(URL, {"cohort": f"programme-{foreign.pk}"}).status_code == 400
    assert not Job.objects.exists()


def test_levels_without_a_right_are_not_offered(office: Client, faculty: Faculty) -> None:
    doctoral = make_programme(Level.DOCTORAL, faculty=faculty)
    assert f"programme-{doctoral.pk}" not in office.get(URL).content.decode()


def test_more_programmes_cost_no_more_queries(
    office: Client, programme: Programme, django_assert_num_queries: Any
) -> None:
    office.get(URL)
    with django_assert_num_queries(7):
        office.get(URL)
    for _ in range(4):
        make_programme()
    with django_assert_num_queries(7):
        office.get(URL)
