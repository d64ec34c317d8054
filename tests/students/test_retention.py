"""What is kept no longer goes: by settings, in batches, and nothing that somebody still needs."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs.models import Confirmation, DailyFigures, Order, OrderEvent
from mdocs.orders.retention import wipe_codes
from mdocs.statuses import Reason, Status
from notifications.models import Message
from students import erasure
from students.models import Enrolment, Look, Student, StudentCard, User
from students.photos import delete_replaced_photos
from students.retention import apply_retention, apply_rule, rules
from students.roles import CLERK
from tests.mdocs.factories import make_order
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_photo,
    make_student,
)

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=31)


@pytest.fixture(autouse=True)
def _a_year(settings: Any) -> None:
    settings.RETENTION_MONTHS = dict.fromkeys(settings.RETENTION_MONTHS, 12)


def who_left(months: int, **student: Any) -> Student:
    """Make somebody whose studies ended so many months ago, with a card that ended then."""
    left = make_student(photo=make_photo(), **student)
    day = timezone.localdate() - months * MONTH
    make_enrolment(left, status="graduated", started_on=day - timedelta(days=900), ended_on=day)
    issued = day - timedelta(days=800)
    make_card(left, issued_on=issued, valid_until=day, ended_on=day, end_reason="returned")
    return left


def applied(**options: Any) -> dict[str, int]:
    return dict(apply_retention(timezone.now(), **options))


def only(settings: Any, *names: str) -> None:
    settings.RETENTION_MONTHS = {name: 12 * (name in names) for name in settings.RETENTION_MONTHS}


def test_photos_and_pesels_of_who_left_go_and_nobody_elses(settings: Any) -> None:
    only(settings, "photos")
    gone, recent, here = who_left(14), who_left(11), who_left(14)
    make_enrolment(here, status="active")
    with_card = who_left(14)
    make_card(with_card)
    assert applied(dry_run=True) == {"photos": 1}
    assert Student.objects.filter(pesel__isnull=True).count() == 0, "a dry run changes nothing"
    assert applied() == {"photos": 1}
    assert list(Student.objects.filter(pesel__isnull=True, photo__isnull=True)) == [gone]
    assert gone.cards.get().holder_pesel is None
    assert Student.objects.get(pk=gone.pk).last_name == gone.last_name
    assert delete_replaced_photos() == 1
    entry = LogEntry.objects.get_for_object(gone).latest("pk")
    assert set(entry.changes) == {"pesel", "photo"} and str(recent.pesel) not in str(entry.changes)
    assert applied() == {"photos": 0}


def test_names_of_who_left_go_with_the_account(settings: Any) -> None:
    only(settings, "people")
    gone, recent = who_left(14), who_left(11)
    assert applied() == {"people": 1}
    erased = Student.objects.select_related("user").get(pk=gone.pk)
    assert (erased.first_names, erased.last_name) == erasure.NAMELESS
    assert erased.user.username == f"{erasure.LOGIN}{gone.user_id}"
    assert not erased.user.is_active and not erased.user.has_usable_password()
    assert Student.objects.get(pk=recent.pk).last_name == recent.last_name
    assert applied() == {"people": 0}


def test_an_erasure_costs_few_statements_and_names_no_roles_that_nobody_had(
    django_assert_max_num_queries: Any,
) -> None:
    gone = who_left(14)
    with django_assert_max_num_queries(45):
        erasure.erase_student(gone, by=None)
    assert not LogEntry.objects.filter(changes__has_any_keys=["groups", "faculties"]).exists()


def test_names_of_many_cost_as_many_statements_as_names_of_one(settings: Any) -> None:
    only(settings, "people")
    cost = []
    for many in (1, 1, 5):  # the first looks up what is then remembered
        for _ in range(many):
            gone = who_left(14)
            order = make_order(gone, Status.REVOKED)
            for _ in range(30):  # more of all together than Django deletes at once
                event = OrderEvent.objects.create(order=order, new=Status.REVOKED, reason=Reason.ORDERED)
                Message.objects.create(
                    student=gone, order=order, event=event, kind="ended", email_state="not_wanted"
                )
        with CaptureQueriesContext(connection) as queries:
            assert applied() == {"people": many}
        cost.append(len(queries))
    assert cost[2] == cost[1]
    assert not Message.objects.exists()
    assert LogEntry.objects.filter(changes__last_name__1="-").count() == 7


def test_an_erasure_takes_its_locks_in_the_order_of_the_architecture(settings: Any) -> None:
    only(settings, "people")
    gone = who_left(14)
    make_order(gone, Status.REVOKED)
    with CaptureQueriesContext(connection) as queries:
        assert applied() == {"people": 1}
    locking = re.compile(r'(?:UPDATE|SELECT .*? FROM) "(\w+)"(?:.* FOR (?:NO KEY )?UPDATE| SET)', re.S)
    taken = [found[1] for each in queries if (found := locking.match(str(each["sql"])))]
    expected = ["students_student", "students_user", "students_studentcard", "mdocs_order"]
    assert [table for table in dict.fromkeys(taken) if table in expected] == expected


def test_roles_of_who_left_go_and_the_log_says_which(settings: Any) -> None:
    only(settings, "people")
    gone, others = who_left(14), make_member(CLERK)
    gone.user.groups.add(Group.objects.get(name=CLERK))
    LogEntry.objects.all().delete()
    assert applied() == {"people": 1}
    assert list(User.objects.filter(groups__name=CLERK)) == [others]
    entry = LogEntry.objects.get(changes__has_key="groups")
    assert (entry.object_repr, entry.changes["groups"]["objects"]) == (
        f"{erasure.LOGIN}{gone.user_id}",
        [CLERK],
    )


@pytest.mark.django_db(transaction=True)
def test_who_is_given_a_card_while_the_night_looks_stays(settings: Any) -> None:
    only(settings, "people")
    back, gone = who_left(14), who_left(14)

    def come_back() -> None:
        time.sleep(0.5)  # the night has begun its statement, which does not see the new card
        make_card(Student.objects.get(pk=back.pk))
        connection.close()

    (rule,) = (rule for rule in rules() if rule.setting == "people")
    slow = rule.due(timezone.now() - 12 * MONTH).extra(where=["pg_sleep(1) IS NOT NULL"])
    with ThreadPoolExecutor(1) as pool:
        pool.submit(come_back)
        assert apply_rule(rule, slow) == 1
    assert Student.objects.get(pk=back.pk).last_name == back.last_name
    assert Student.objects.get(pk=gone.pk).last_name == "-"


def test_who_has_a_live_document_stays(settings: Any) -> None:
    only(settings, "photos", "people")
    make_order(who_left(14), Status.COLLECTED)
    assert applied() == {"photos": 0, "people": 0}


def test_orders_become_figures(settings: Any) -> None:
    only(settings, "orders")
    old = timezone.now() - 13 * MONTH
    student = who_left(1)
    order = make_order(student, Status.REVOKED, status_changed_at=old, created_at=old)
    make_order(student, Status.REVOKED)
    for confirmed in (order, make_order(make_student(), Status.REVOKED)):
        Confirmation.objects.create(order=confirmed, until=timezone.localdate(), by=make_clerk())
    event = OrderEvent.objects.create(order=order, new=Status.REVOKED, reason=Reason.ORDERED)
    Message.objects.create(student=student, order=order, event=event, kind="ended", email_state="not_wanted")
    assert applied() == {"orders": 0}, "its day is not counted yet"
    DailyFigures.objects.create(day=timezone.localdate(old), ordered=1, revoked=1)
    assert applied() == {"orders": 1}
    assert (Order.objects.count(), Confirmation.objects.count()) == (2, 1)
    assert not Message.objects.exists()
    assert DailyFigures.objects.get().ordered == 1


def test_entries_and_looks_go_after_their_own_term(settings: Any) -> None:
    student = who_left(1)
    LogEntry.objects.all().delete()
    for days in (300, 400):
        at = timezone.now() - timedelta(days=days)
        Look.objects.create(at=at, slot=days, student=student, what="page", shown="x")
        LogEntry.objects.log_create(student, force_log=True, action=LogEntry.Action.ACCESS)
    LogEntry.objects.filter(pk=LogEntry.objects.latest("pk").pk).update(timestamp=at)
    settings.RETENTION_MONTHS |= {"people": 0, "photos": 0, "orders": 0}
    assert applied() == {"audit": 1, "looks": 1}
    assert (Look.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_batches_reach_everybody(settings: Any) -> None:
    only(settings, "photos")
    for _ in range(5):
        who_left(14)
    assert applied(batch=2) == {"photos": 5}


def test_a_night_that_is_too_short_goes_on_in_the_next(settings: Any) -> None:
    only(settings, "photos")
    who_left(14)
    assert applied(stop_at=timezone.now() - MONTH) == {"photos": 0}
    assert applied(stop_at=timezone.now() + MONTH) == {"photos": 1}


def test_nothing_goes_without_a_decision(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    only(settings)
    who_left(100)
    call_command("apply_retention")
    assert capsys.readouterr().out == ""
    assert Student.objects.filter(pesel__isnull=False).count() == 1


def test_codes_are_wiped_at_their_end_by_our_own_clock() -> None:
    now = timezone.now()
    over = make_order(make_student(), Status.READY, codes_expire_at=now - timedelta(minutes=1))
    works = make_order(make_student(), Status.READY, codes_expire_at=now + timedelta(hours=1))
    assert wipe_codes(now) == 1
    over.refresh_from_db()
    works.refresh_from_db()
    assert (over.status, over.qr_token, over.activation_code, over.qr_svg) == (Status.READY, None, None, None)
    assert works.qr_token
    assert wipe_codes(now) == 0


def test_every_row_of_an_erased_person_is_without_their_data(settings: Any, django_user_model: Any) -> None:
    gone = who_left(14, last_name="Brzęczyszczykiewicz")
    names = [
        gone.last_name,
        gone.album_number,
        gone.user.username,
        gone.user.email,
        gone.cards.get().holder_first_names,
    ]
    make_order(gone, Status.REVOKED)
    erasure.erase_student(gone, by=None)
    from django.apps import apps

    left = []
    for model in apps.get_models():
        if model._meta.managed and model._meta.label not in {"mdocs.Order"}:
            for row in model._base_manager.values():
                cells = [(column, str(value)) for column, value in row.items()]
                left += [
                    f"{model._meta.label}.{column}: {value}"
                    for column, value in cells
                    if any(name and name in value for name in names)
                ]
    assert left == [], "\n".join(left)
    order = Order.objects.get()
    assert (order.album_number, order.card_number, order.holder, order.photo) == ("", "", None, None)
    assert Enrolment.objects.count() == 1 and StudentCard.objects.count() == 1
