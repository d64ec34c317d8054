"""Figures that take long to count are kept by a task and shown with their moment; others are counted at each look."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from mdocs.models import KeptFigures
from mdocs.office.dashboard import kept
from mdocs.office.dashboard.endings import endings
from mdocs.office.dashboard.extensions import extensions
from mdocs.statuses import RevocationReason, Status
from mdocs.tasks import count_office_figures
from students.models import Faculty, Student, User
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_clerk, make_enrolment, make_programme, make_student

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture(autouse=True)
def _noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any number for many."""
    monkeypatch.setattr(kept, "MANY", 0)


@pytest.fixture
def faculties() -> list[Faculty]:
    return [make_programme().faculty for _ in range(2)]


@pytest.fixture
def everybodys() -> User:
    return make_clerk("mdocs.view_order", "mdocs.revoke_order", "students.view_studentcard")


def enrol(*faculties: Faculty) -> Student:
    """Make a student of the faculties, whose card is not extended and who has an mLegitymacja that ends with it."""
    student = make_student()
    for faculty in faculties:
        make_enrolment(student, programme=make_programme(faculty=faculty), started_on=date(2026, 1, 1))
    make_card(student, issued_on=date(2026, 1, 1), valid_until=date(2026, 10, 31))
    make_order(student, Status.COLLECTED)
    return student


def clerk_of(faculty: Faculty) -> User:
    rights = ("mdocs.view_order", "mdocs.revoke_order", "students.view_studentcard")
    return make_clerk(*rights, faculties=[faculty])


def count_slowly(seconds: float = 1) -> None:
    """Count, as if it had taken so long."""
    count_office_figures()
    KeptFigures.objects.update(took=timedelta(seconds=seconds))


def test_kept_figures_are_those_that_a_look_would_count(faculties: list[Faculty], everybodys: User) -> None:
    enrol(faculties[0])
    enrol(faculties[0])
    enrol(faculties[1])
    count_slowly()
    for user in (everybodys, clerk_of(faculties[0])):
        shown, counted = kept.Kept(NOON).extensions(user), extensions(user, NOON)
        assert (shown.until, shown.faculties, shown.total) == (
            counted.until,
            counted.faculties,
            counted.total,
        )
        assert shown.counted_at == NOON
        ending, now = kept.Kept(NOON).endings(user), endings(user, NOON)
        assert (ending.until, ending.by_reason) == (now.until, now.by_reason)
        assert ending.by_reason.total() > 0


def test_what_is_counted_quickly_is_of_this_moment(faculties: list[Faculty], everybodys: User) -> None:
    enrol(faculties[0])
    count_slowly(0.01)
    enrol(faculties[0])
    shown = kept.Kept(NOON).extensions(everybodys)
    assert (shown.total.not_extended, shown.counted_at) == (2, None)


def test_few_that_a_busy_machine_counted_slowly_are_of_this_moment(
    faculties: list[Faculty], everybodys: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MANY", 2)
    enrol(faculties[0])
    count_slowly()
    enrol(faculties[0])
    shown, ending = kept.Kept(NOON).extensions(everybodys), kept.Kept(NOON).endings(everybodys)
    assert (shown.total.not_extended, shown.counted_at, ending.counted_at) == (2, None, None)
    count_slowly()
    assert kept.Kept(NOON).extensions(everybodys).counted_at == NOON


@pytest.mark.parametrize("later", [timedelta(hours=3), timedelta(hours=13)])
def test_figures_of_another_time_are_not_shown(
    faculties: list[Faculty], everybodys: User, later: timedelta
) -> None:
    count_slowly()
    enrol(faculties[0])
    assert kept.Kept(NOON + timedelta(minutes=9)).extensions(everybodys).total.not_extended == 0
    assert kept.Kept(NOON + later).extensions(everybodys).total.not_extended == 1


def test_who_studies_at_two_faculties_counts_at_both_and_once_in_all(
    faculties: list[Faculty], everybodys: User
) -> None:
    enrol(*faculties)
    count_slowly()
    shown = kept.Kept(NOON).extensions(everybodys)
    assert [cards.not_extended for _, cards in shown.faculties] == [1, 1]
    assert shown.total.not_extended == 1
    assert kept.Kept(NOON).endings(everybodys).by_reason.total() == 1


def test_counting_again_replaces_what_was_counted(faculties: list[Faculty], everybodys: User) -> None:
    student = enrol(faculties[0])
    rows = count_office_figures()
    assert rows == KeptFigures.objects.count()
    student.cards.update(valid_until=date(2027, 10, 31))
    kept.recount(NOON + timedelta(minutes=10))
    KeptFigures.objects.update(took=timedelta(seconds=1))
    shown = kept.Kept(NOON + timedelta(minutes=11)).extensions(everybodys)
    assert (shown.total.not_extended, KeptFigures.objects.count()) == (0, rows)
    assert kept.Kept(NOON).endings(everybodys).by_reason[RevocationReason.CARD_NOT_EXTENDED] == 0


def test_the_front_page_says_when_they_were_counted(
    client: Client, faculties: list[Faculty], everybodys: User
) -> None:
    enrol(faculties[0])
    client.force_login(everybodys)
    assert "policzono o" not in client.get("/admin/").content.decode()
    count_slowly()
    assert client.get("/admin/").content.decode().count("policzono o 12:00, liczone co 10 minut") == 2


def test_the_task_runs_every_ten_minutes(settings: Any) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["mdocs.count_office_figures"]
    due, _ = entry["schedule"].is_due(timezone.now() - kept.EVERY)
    assert due


def test_figures_with_a_reason_of_a_newer_version_are_counted_by_our_own_rules(
    faculties: list[Faculty], everybodys: User
) -> None:
    enrol(faculties[0])
    count_slowly()
    for row in KeptFigures.objects.filter(name=kept.Name.ENDINGS):
        row.figures = {"studies_paused": 7}
        row.save()
    shown = kept.Kept(NOON).endings(everybodys)
    assert (shown.by_reason, shown.counted_at) == (endings(everybodys, NOON).by_reason, None)
