"""What a look at the page costs, and what fifty clicks at once do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import Order
from mdocs.statuses import Status
from students.models import Student, StudentCard, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document
from tests.students.factories import make_card, make_enrolment, make_student

MOST_QUERIES = 5  # the session and its user among them
CLICKS = 50


@pytest.mark.parametrize(("days", "most"), [(90, MOST_QUERIES), (1, MOST_QUERIES + 1)])
@pytest.mark.parametrize("status", [None, *Status])
def test_the_page_costs_at_most_five_queries_and_one_more_when_an_end_is_near(
    see: Callable[[], Document], student: Student, status: Status | None, days: int, most: int
) -> None:
    StudentCard.objects.update(valid_until=timezone.localdate() + timedelta(days=days))
    for _ in range(3):
        make_order(student, Status.REVOKED)
    if status is not None:
        make_order(student, status, valid_until=timezone.localdate() + timedelta(days=days))
    ContentType.objects.get_for_model(Order)  # fetched once by each process, and kept
    with CaptureQueriesContext(connection) as queries:
        see()
    assert len(queries) <= most, [query["sql"][:100] for query in queries]


def test_the_list_of_what_ends_is_not_asked_for_an_end_that_is_far(
    see: Callable[[], Document], student: Student
) -> None:
    StudentCard.objects.update(valid_until=timezone.localdate() + timedelta(days=90))
    make_order(student, Status.COLLECTED, valid_until=timezone.localdate() + timedelta(days=90))
    with CaptureQueriesContext(connection) as queries:
        see()
    assert (
        max(len(query["sql"]) for query in queries) < 20_000
    )  # what PostgreSQL has to plan; the list is 80,000


def test_the_page_of_a_student_who_is_staff_as_well_costs_no_more(
    see: Callable[[], Document], student: Student
) -> None:
    User.objects.filter(pk=student.user.pk).update(is_staff=True)
    make_order(student, Status.READY)
    ContentType.objects.get_for_model(Order)
    with CaptureQueriesContext(connection) as queries:
        page = see()
    assert "gotowy do pobrania" in page.texts("dd")
    assert len(queries) <= MOST_QUERIES, [query["sql"][:100] for query in queries]


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_clicks_make_one_order() -> None:
    student = make_student()
    make_enrolment(student)
    make_card(student)
    browser = Client()
    browser.force_login(student.user)
    together = Barrier(CLICKS)

    def click(_: int) -> int:
        window = Client()
        window.cookies = browser.cookies
        together.wait()
        try:
            return window.post(f"{PAGE}zamow/").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLICKS) as windows:
        answers = list(windows.map(click, range(CLICKS)))
    assert answers == [302] * CLICKS
    assert Order.objects.get().student == student
