"""Cards that are not extended yet are counted by faculty, and a clerk sees those of the own faculties."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from mdocs.office.dashboard.extensions import Cards, Extensions, extensions
from students.models import EndReason, EnrolmentStatus, Faculty, User
from tests.students.factories import make_card, make_clerk, make_enrolment, make_programme, make_student

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 11, 25, 12, tzinfo=WARSAW)
END = date(2027, 3, 31)
LATE = date(2026, 10, 31)
LONG_AGO = date(2026, 1, 1)


@pytest.fixture
def faculty() -> Faculty:
    return make_programme().faculty


@pytest.fixture
def other_faculty() -> Faculty:
    return make_programme().faculty


def enrol(
    *faculties: Faculty, valid_until: date = LATE, status: str = EnrolmentStatus.ACTIVE, **card: object
) -> None:
    """Make a student of each of the faculties, with a card."""
    student = make_student()
    for faculty in faculties:
        programme = make_programme(faculty=faculty)
        ended_on = LONG_AGO if status == EnrolmentStatus.STRUCK_OFF else None
        make_enrolment(student, programme=programme, started_on=LONG_AGO, status=status, ended_on=ended_on)
    make_card(student, issued_on=LONG_AGO, valid_until=valid_until, **card)


def seen_by(user: User, now: datetime = NOON) -> dict[Faculty | str, Cards]:
    """The cards of each faculty and in all."""
    found: Extensions = extensions(user, now)
    return {**dict(found.faculties), "total": found.total}


@pytest.fixture
def everybodys() -> User:
    """A clerk of every faculty."""
    return make_clerk("mdocs.view_order")


@pytest.mark.parametrize(
    ("today", "valid_until", "is_extended"),
    [
        (date(2026, 9, 30), date(2026, 10, 30), False),
        (date(2026, 9, 30), date(2026, 10, 31), True),
        # From the day on which extending begins, the new date counts.
        (date(2026, 10, 1), date(2026, 10, 31), False),
        (date(2026, 10, 31), date(2026, 10, 31), False),
        (date(2026, 11, 1), date(2026, 10, 31), False),
        (date(2026, 11, 1), date(2027, 3, 30), False),
        (date(2026, 11, 1), date(2027, 3, 31), True),
    ],
)
def test_a_card_is_extended_when_it_reaches_as_far_as_an_extension_of_that_day(
    everybodys: User, faculty: Faculty, today: date, valid_until: date, is_extended: bool
) -> None:
    enrol(faculty, valid_until=valid_until)
    now = timezone.make_aware(datetime.combine(today, datetime.min.time()))
    assert seen_by(everybodys, now)[faculty] == Cards(1, 0 if is_extended else 1)
    assert seen_by(everybodys, now)["total"] == Cards(1, 0 if is_extended else 1)


def test_only_cards_in_use_of_current_students_count(everybodys: User, faculty: Faculty) -> None:
    enrol(faculty)
    enrol(faculty, valid_until=END)
    enrol(faculty, status=EnrolmentStatus.LEAVE)
    enrol(faculty, status=EnrolmentStatus.STRUCK_OFF)
    enrol(faculty, ended_on=LATE, end_reason=EndReason.LOST)
    make_enrolment(make_student(), programme=make_programme(faculty=faculty), started_on=LONG_AGO)
    assert seen_by(everybodys)[faculty] == Cards(3, 2)
    assert Cards(3, 2).share == pytest.approx(2 / 3)


def test_who_studies_twice_counts_at_each_faculty_and_once_in_all(
    everybodys: User, faculty: Faculty, other_faculty: Faculty
) -> None:
    enrol(faculty, faculty, other_faculty)
    one = Cards(1, 1)
    assert seen_by(everybodys) == {faculty: one, other_faculty: one, "total": one}


def test_a_clerk_sees_the_own_faculties_only(faculty: Faculty, other_faculty: Faculty) -> None:
    enrol(faculty)
    enrol(faculty, other_faculty)
    enrol(other_faculty)
    enrol(other_faculty, valid_until=END)
    clerk = make_clerk("mdocs.view_order", faculties=[faculty])
    assert seen_by(clerk) == {faculty: Cards(2, 2), "total": Cards(2, 2)}


def test_a_clerk_of_no_faculty_sees_none(faculty: Faculty) -> None:
    enrol(faculty)
    clerk = make_clerk("mdocs.view_order", faculties=[faculty])
    clerk.faculties.clear()
    assert seen_by(clerk) == {"total": Cards(0, 0)}
    assert extensions(clerk, NOON + timedelta(days=1)).until == END
