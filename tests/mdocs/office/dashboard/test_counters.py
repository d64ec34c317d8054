"""Each counter of the front page is the length of the list that it leads to."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.office.dashboard import page
from mdocs.statuses import Status
from students.half_years import previous_half_year_end
from students.models import Faculty, User
from students.roles import CLERK
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_enrolment, make_member, make_programme, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def dziekanat(faculty: Faculty) -> User:
    return make_member(CLERK, faculty)


def add(faculty: Faculty, orders: int, cards: int) -> None:
    """Add orders that need attention, and cards that are not extended: of students, and of one who has left."""
    programme = make_programme(faculty=faculty)
    before = previous_half_year_end(timezone.localdate())
    for _ in range(orders):
        student = make_student()
        make_enrolment(student, programme=programme)
        make_order(student, Status.COLLECTED, attention="unknown_there")
    for _ in range(cards):
        student = make_student()
        make_enrolment(student, programme=programme)
        make_card(student, valid_until=before)
    left = make_student()
    long_ago = timezone.localdate() - timedelta(days=60)
    make_enrolment(left, programme=programme, status="struck_off", ended_on=long_ago)
    make_card(left, valid_until=before)


def test_each_leads_to_the_list_that_it_counts(client: Client, faculty: Faculty, dziekanat: User) -> None:
    add(faculty, 2, 3)
    add(make_programme().faculty, 1, 1)
    client.force_login(dziekanat)
    counters = page.build(dziekanat, timezone.now()).counters
    assert [counter.figure for counter in counters[:2]] == ["2", "3"]
    for counter in counters[:2]:
        listed = client.get(counter.url).context["cl"].result_count
        assert counter.figure == str(listed), counter.url
    assert counters[2].figure == str(client.get(counters[2].url).context["total"]) == "2"
    html = client.get("/admin/").content.decode()
    for counter in counters:
        assert f'<a href="{counter.url}"><strong>{counter.figure}</strong> <span>{counter.name}' in html
    assert html.index("office-counters") < html.index("office-shortcuts") < html.index("dashboard-figures")


def test_what_may_not_be_opened_is_not_counted(client: Client, faculty: Faculty) -> None:
    add(faculty, 1, 1)
    reader = make_member("Podgląd", faculty)
    assert [found.figure for found in page.build(reader, timezone.now()).counters] == ["1", "1"]
