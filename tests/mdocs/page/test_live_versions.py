"""Whatever changes on the page changes its version, or an open page would go on showing what is not so any more."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Session
from accounts.sessions import hash_of
from mdocs.engine.breaker import State
from mdocs.models import Order
from mdocs.page import version
from mdocs.statuses import FINAL, Attention, RevocationReason, Status
from students.conditions import RULES
from students.models import Enrolment, Student, StudentCard
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.page.open_page import OpenPage
from tests.students.factories import make_card

SOME_DAY, LATER = date(2098, 3, 31), date(2099, 10, 31)
MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# All that may differ between two orders of the same state without being seen, made the same.
ALIKE: dict[str, Any] = {
    "id": UUID("6b0a1c1e-7d6b-4a5e-9d43-0a4c7d2f6e11"),
    "created_at": MOMENT,
    "status_changed_at": MOMENT,
    "remote_updated_at": MOMENT,
    "sent_at": MOMENT,
    "ready_at": None,
    "valid_until": SOME_DAY,
    "mdokumenty_id": "mD-1",
}
OVER = {"codes_expire_at": timezone.now() - timedelta(minutes=1)}
FLAGS: list[dict[str, Any]] = [
    {},
    {"valid_until": SOME_DAY + timedelta(days=1)},
    {"created_at": MOMENT + timedelta(seconds=1)},
    {"last_failure": "unreachable"},
    {"attention": Attention.OUR_MISTAKE},
    {"attention": Attention.OUR_MISTAKE},
    {"extend_to": LATER},
    {"extend_to": LATER - timedelta(days=1)},
    {"reissue_required": True},
    {"order_again": True},
    {"blocked_by": "mD-2"},
    {"rejection_code": "moon_too_full"},
    {"rejection_code": "holder_unknown"},
    *({"revocation_reason": reason} for reason in RevocationReason),
]


def situations(status: Status) -> Iterator[tuple[dict[str, Any], State]]:
    """What can be so of an order, and of mDokumenty."""
    for fields in [*FLAGS, *([OVER] if status is Status.READY else [])]:
        yield fields, State.CLOSED
    for fields in FLAGS[:4]:
        yield fields, State.OPEN
        yield fields, State.NOT_ACCEPTED


@pytest.mark.parametrize("status", Status)
def test_pages_that_look_different_have_different_versions(
    student_client: Client, student: Student, status: Status
) -> None:
    seen: dict[str, set[str]] = {}
    for may_order in (True, False):
        if not may_order:
            student.cards.all().delete()
        for fields, state in situations(status):
            order = make_order(student, status, **(ALIKE | fields))
            set_breaker(state)
            seen.setdefault(version_now(student), set()).add(OpenPage(student_client).shown)
            order.delete()
    assert [len(looks) for looks in seen.values()] == [1] * len(seen)
    assert len(seen) > 40, "nearly every situation is another one"


def version_now(student: Student, now: datetime | None = None) -> str:
    """The version of the student's page, in a session that never ends."""
    Session.objects.get_or_create(
        pk=hash_of("open"), defaults={"user": student.user, "expire_date": datetime(2099, 1, 1, tzinfo=UTC)}
    )
    found = version.current_version(student.user.pk, "open", now or timezone.now())
    assert found is not None
    return found.version


def the_card_ends(student: Student) -> None:
    StudentCard.objects.filter(student=student).delete()


def the_card_expires(student: Student) -> None:
    student.cards.update(valid_until=timezone.localdate() - timedelta(days=1))


def the_card_is_extended(student: Student) -> None:
    student.cards.update(valid_until=LATER)


def the_card_is_replaced(student: Student) -> None:
    student.cards.all().delete()
    make_card(student, holder_last_name="Kowalska")


def the_name_changes(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(last_name="Kowalska")


def the_photo_goes(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(photo=None)


def the_album_number_goes(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(album_number=None)


def the_pesel_goes(student: Student) -> None:
    Student.objects.filter(pk=student.pk).update(pesel=None, pesel_index=None)


def the_studies_end(student: Student) -> None:
    Enrolment.objects.filter(student=student).delete()


def the_studies_become_doctoral(student: Student) -> None:
    programme = Enrolment.objects.get(student=student).programme
    programme.level = "doctoral"
    programme.save()


def an_order_is_placed(student: Student) -> None:
    make_order(student, Status.WAITING)


def mdokumenty_goes_down(student: Student) -> None:
    set_breaker(State.OPEN)


@pytest.mark.parametrize(
    "changes",
    [
        the_card_ends,
        the_card_expires,
        the_card_is_extended,
        the_card_is_replaced,
        the_name_changes,
        the_photo_goes,
        the_album_number_goes,
        the_pesel_goes,
        the_studies_end,
        the_studies_become_doctoral,
        an_order_is_placed,
        mdokumenty_goes_down,
    ],
)
def test_a_change_at_the_deans_office_reaches_the_open_page(
    student_client: Client, student: Student, changes: Callable[[Student], None]
) -> None:
    page = OpenPage(student_client)
    changes(student)
    assert page.ask().status_code == 200
    assert OpenPage(student_client).shown != page.shown


def test_a_new_rule_reaches_the_open_page(student_client: Client, student: Student, settings: Any) -> None:
    page = OpenPage(student_client)
    settings.ELIGIBILITY_RULES = "pesel"
    assert page.ask().status_code == 200


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_new_order_after_one_that_has_ended_reaches_the_open_page(
    student_client: Client, student: Student, status: Status
) -> None:
    make_order(student, status)
    page = OpenPage(student_client)
    make_order(student, Status.WAITING)
    assert page.ask().status_code == 200


def test_the_time_that_the_codes_last_counts_down_on_the_open_page(
    student_client: Client, student: Student
) -> None:
    expire_at = timezone.now() + timedelta(days=30)
    make_order(student, Status.READY, codes_expire_at=expire_at)
    left = [timedelta(days=8), timedelta(days=7), timedelta(hours=3), timedelta(minutes=5), timedelta(0)]
    versions = {version_now(student, expire_at - each) for each in left}
    assert len(versions) == len(left)
    before, after = expire_at - timedelta(microseconds=1), expire_at
    assert version_now(student, before) != version_now(student, after)


def test_a_new_day_and_another_language_are_another_page(student_client: Client, student: Student) -> None:
    noon = timezone.now().replace(hour=12)
    versions = {version_now(student, noon), version_now(student, noon + timedelta(days=1))}
    with translation.override("en"):
        versions.add(version_now(student, noon))
    assert len(versions) == 3


@pytest.mark.parametrize("rules", RULES)
def test_every_table_that_a_condition_asks_is_looked_at(rules: str) -> None:
    conditions = str(Student.objects.with_conditions(timezone.localdate(), rules).query)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', conditions))
    assert len(tables) >= 3
    assert tables <= set(re.findall(r"(?:FROM|JOIN) (\w+)", version.ROWS))


@pytest.mark.parametrize(
    "work",
    [
        {"next_attempt_at": MOMENT},
        {"leased_until": MOMENT},
        {"failures": 3},
        {"low_priority": True},
        {"codes_seen_at": MOMENT},
        {"poll_fast_until": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_only_the_engine_needs_disturbs_nobody(
    student_client: Client, student: Student, work: dict[str, Any]
) -> None:
    make_order(student, Status.PROCESSING)
    page = OpenPage(student_client)
    Order.objects.update(**work)
    assert page.ask().status_code == 304
