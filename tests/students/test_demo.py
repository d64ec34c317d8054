"""The demo cast (docs/reference/design.md, The demo cast) stays as it is; seeded students are believable."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from students.cards import extend_card
from students.demo import create_cast
from students.demo_catalogue import ensure_catalogue
from students.eligibility import ConditionState, assess
from students.half_years import next_half_year_end
from students.models import Enrolment, Photo, Student, StudentCard, User
from students.pesel import check_identity
from students.portraits import draw_portrait
from students.seeding import seed
from students.uploaded_photos import normalise_photo
from tests.students.factories import make_student, make_user

pytestmark = pytest.mark.django_db

SITUATIONS = {
    "anna": {},
    "bartek": {"has_card": "not_met", "card_extended": "depends", "data_unchanged": "depends"},
    "celina": {"card_extended": "not_met"},
    "dawid": {"has_card": "not_met", "card_extended": "depends", "data_unchanged": "depends"},
    "ewa": {"data_unchanged": "not_met"},
    "filip": {"has_pesel": "not_met"},
    "gosia": {"has_photo": "not_met"},
    "hania": {},
    "igor": {},
    "jan": {"active_student": "not_met"},
}
DAYS = [date(2026, 11, 23), date(2027, 3, 31), date(2028, 4, 1)]


@pytest.fixture(autouse=True)
def demo_data_is_on(settings: Any) -> None:
    settings.DEMO_DATA = True


@pytest.mark.parametrize("today", DAYS)
def test_each_of_the_cast_is_in_the_situation_that_the_design_names(today: date, time_machine: Any) -> None:
    time_machine.move_to(today)
    create_cast(today)
    found = {
        student.user.username: assess(student)
        for student in Student.objects.with_conditions(today, "els").select_related("user")
    }
    unmet = {
        name: {o.condition.code: str(o.state) for o in eligibility.outcomes if o.state != ConditionState.MET}
        for name, eligibility in found.items()
    }
    assert unmet == SITUATIONS
    assert {name for name, eligibility in found.items() if eligibility.may_order} == {"anna", "hania", "igor"}
    assert [name for name, eligibility in found.items() if not eligibility.level_allowed] == ["dawid"]


def test_anna_is_the_person_of_the_contract() -> None:
    create_cast()
    anna = Student.objects.get(user__username="anna")
    assert (anna.pesel, anna.full_name) == ("02270803624", "Anna Maria Nowak")
    assert (anna.birth_date, anna.sex, anna.album_number) == (date(2002, 7, 8), "F", "123456")
    for student in Student.objects.all():
        student.full_clean()


def test_a_second_run_changes_nothing() -> None:
    create_cast()
    User.objects.filter(username="anna").update(email="moja@example.edu.pl")
    before = [
        list(model.objects.order_by("pk").values()) for model in (User, Student, StudentCard, Enrolment)
    ]
    photos = Photo.objects.count()
    create_cast()
    after = [list(model.objects.order_by("pk").values()) for model in (User, Student, StudentCard, Enrolment)]
    assert after == before
    assert Photo.objects.count() == photos == 9


def test_the_cast_signs_in_with_the_demo_password(client: Client) -> None:
    create_cast()
    for name in (*SITUATIONS, "dziekanat", "admin"):
        assert client.login(username=name, password="demo"), name


def test_the_clerk_runs_the_office_but_cannot_make_a_superuser() -> None:
    create_cast()
    clerk = User.objects.get(username="dziekanat")
    assert clerk.is_staff
    assert not clerk.is_superuser
    assert clerk.has_perms(
        ["students.view_student", "students.change_student", "students.extend_studentcard"]
    )
    assert not clerk.has_perm("students.change_user")
    assert not hasattr(clerk, "student")


@pytest.mark.parametrize("today", DAYS)
def test_igors_card_can_be_extended_to_the_next_half_year(today: date, time_machine: Any) -> None:
    time_machine.move_to(today)
    create_cast(today)
    card = StudentCard.objects.get(student__user__username="igor")
    extend_card(card, next_half_year_end(today), by=None)


def test_there_is_no_cast_where_demo_data_is_off(settings: Any) -> None:
    settings.DEMO_DATA = False
    with pytest.raises(ImproperlyConfigured, match="DEMO_DATA"):
        create_cast()
    assert not User.objects.exists()


def test_drawn_portraits_are_photos_that_would_be_accepted() -> None:
    faces = {draw_portrait(seed, sex) for seed in range(15) for sex in "FM"}
    assert len(faces) == 30
    assert draw_portrait(1, "F") == draw_portrait(1, "F")
    for face in faces:
        assert len(face) < 16_000
        normalise_photo(face)


def test_seeded_students_are_valid_varied_and_never_collide() -> None:
    make_student(album_number="300000")
    call_command("seed_students", 60, seed=7)
    call_command("seed_students", 60, seed=7)
    seeded = Student.objects.filter(user__username__startswith="s3").select_related("user", "photo")
    assert seeded.count() == 120
    assert seeded.order_by("album_number").first() == seeded.get(album_number="300001")
    for student in seeded:
        assert not student.user.has_usable_password()
        if student.pesel:
            check_identity(student.pesel, student.birth_date, student.sex)
    for student in seeded[:10]:
        student.full_clean()
        if student.photo:
            normalise_photo(student.photo.read())
    assert 0 < seeded.filter(pesel__isnull=True).count() < 20
    assert len(set(Enrolment.objects.values_list("programme__level", flat=True))) >= 4
    asked = seeded.with_conditions(timezone.localdate(), "els")
    assert 40 < sum(assess(student).may_order for student in asked) < 115


def test_seeding_more_students_costs_more_rows_not_more_queries() -> None:
    ensure_catalogue()
    costs = []
    for count in (10, 60):
        with CaptureQueriesContext(connection) as queries:
            call_command("seed_students", count)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_batch_that_fails_leaves_neither_rows_nor_files(photo_folder: Path) -> None:
    make_user("s200015")
    with pytest.raises(IntegrityError):
        list(seed(20, seed=1, today=timezone.localdate(), batch=10))
    assert Student.objects.count() == Photo.objects.count() + Student.objects.filter(photo=None).count() == 10
    assert len([path for path in photo_folder.rglob("*") if path.is_file()]) == Photo.objects.count()


def test_no_students_are_made_up_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_students", 5)
    assert not Student.objects.exists()


@pytest.mark.parametrize("count", ["0", "-3", "wielu"])
def test_a_number_of_students_that_cannot_be_is_refused(count: str) -> None:
    with pytest.raises(CommandError):
        call_command("seed_students", count)
    assert not Student.objects.exists()
