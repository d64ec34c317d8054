"""What a preview of an import says that it ends is what the import ends, and nothing is ended before."""

import random
from datetime import date
from typing import Any

import pytest

from mdocs.entitlement.revocation import revoke_ineligible
from mdocs.models import Order
from mdocs.statuses import Status
from students.importing.batches import import_batch, rehearse_batch
from students.models import Student, StudentCard
from tests.mdocs.entitlement.causes import collected
from tests.students.factories import make_photo
from tests.students.importing.importer import bring_in, groups_of
from tests.students.importing.usos_file import Row, many_rows

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 24)
CHANGES: list[Row] = [
    {},
    {"nazwisko": "Inna"},
    {"nazwisko": "ŻÓŁĆ-NOWAK"},
    {"status": "skreslony", "do": "2025-11-20"},
    {"status": "urlop"},
    {"poziom": "III"},
    {"els_numer": "555", "els_uid_stykowy": "", "els_uid_bezstykowy": "", "els_wydana": "2025-11-20"},
    {"email": "inny@example.edu.pl"},
    {"imiona": "#N/D!"},
]


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    """Have it be the day for which the rows are made."""
    time_machine.move_to(TODAY)


@pytest.mark.parametrize(("seed", "rules"), list(enumerate(["els", "pesel"] * 2)))
def test_a_preview_names_the_documents_that_the_import_ends(
    seed: int, rules: str, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ELIGIBILITY_RULES = rules
    rng = random.Random(seed)
    rows = list(many_rows(10, today=TODAY))
    bring_in(*rows)
    for student in Student.objects.all():
        student.photo = make_photo()
        student.save()
        collected(student, rng.choice([Status.COLLECTED, Status.PROCESSING, Status.WAITING]))
    groups = groups_of([row | rng.choice(CHANGES) for row in rows])
    before = (
        list(StudentCard.objects.values_list("pk", "ended_on")),
        list(Student.objects.values_list("last_name")),
    )
    with django_capture_on_commit_callbacks(execute=True):
        report = rehearse_batch(groups)
    assert before == (
        list(StudentCard.objects.values_list("pk", "ended_on")),
        list(Student.objects.values_list("last_name")),
    )
    live = Order.objects.live()
    assert live.filter(revocation_reason="").count() == 10, "a preview ends nothing"
    with django_capture_on_commit_callbacks(execute=True):
        assert import_batch(groups, by=None) == report
    revoke_ineligible(TODAY)
    ended = Order.objects.exclude(revocation_reason="") | Order.objects.filter(status=Status.CANCELLED)
    albums = sorted(map(str, ended.distinct().values_list("student__album_number", flat=True)))
    assert sorted(each.album_number for each in report.endings) == albums
    assert all(each.reason and each.holder for each in report.endings)
