"""When a last valid day is over nothing is valid without a right, and nobody with one is left without."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.entitlement import expiry
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Reason, Status
from mdocs.tasks import sweep_entitlement
from students import signals
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo, echo_into, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.students.factories import make_card, make_eligible_student

pytestmark = pytest.mark.django_db
WARSAW = ZoneInfo("Europe/Warsaw")
LAST, NEXT = date(2026, 10, 31), date(2027, 3, 31)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=WARSAW)
EVENING = MIDNIGHT - timedelta(minutes=1)


@pytest.fixture
def student(either_rules: str) -> Student:
    """A student who goes on; under `els` with a card that has been extended."""
    return goes_on()


def goes_on() -> Student:
    with time_machine.travel(EVENING):
        made = make_eligible_student()
    made.cards.update(issued_on=date(2025, 10, 1), valid_until=NEXT)
    return made


def holds(student: Student, status: Status, **fields: Any) -> Order:
    card = student.cards.get().barcode_number
    since = EVENING - timedelta(days=20)
    dates = {"created_at": since, "status_changed_at": since, "next_attempt_at": MIDNIGHT}
    fields = {"card_number": card, "valid_until": LAST} | dates | fields
    return make_order(student, status, **fields)


def swept(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        sweep_entitlement()


@pytest.mark.parametrize(("status", "ends_as"), [("processing", "cancelling"), ("ready", "revoking")])
@pytest.mark.parametrize("by", ["the sweep", "a worker"])
def test_what_is_on_no_phone_when_its_day_is_over_gives_way_to_a_new_order(
    student: Student, status: Status, ends_as: str, by: str
) -> None:
    order = holds(student, status)
    if by == "the sweep":
        swept(MIDNIGHT)
    else:
        assert not expiry.lapse(order, at=EVENING)
        assert expiry.lapse(order, at=MIDNIGHT)
    ending = fresh(order)
    assert (ending.status, ending.revocation_reason, ending.order_again) == (ends_as, "replaced", True)
    gateway = ScriptedGateway(
        cancel=remote(order, RemoteStatus.CANCELLED),
        revoke=remote(order, RemoteStatus.REVOKED),
        submit=echo,
        query=answer(),
    )
    with time_machine.travel(MIDNIGHT):
        Worker(gateway, now=MIDNIGHT).until(lambda: student.orders.count() == 2)
    placed = student.orders.live().get()
    assert placed.valid_until == NEXT
    assert placed.events.get(old="").reason == Reason.ORDERED_INSTEAD


@pytest.mark.parametrize("status", ["waiting", "processing", "ready"])
def test_what_is_on_no_phone_ends_for_its_date_where_no_other_could_be_ordered(
    student: Student, status: Status
) -> None:
    student.photo = None
    student.save()
    order = holds(student, status)
    swept(MIDNIGHT)
    ended = fresh(order)
    assert (ended.revocation_reason, ended.order_again) == ("date_passed", False)
    assert ended.status in {Status.CANCELLED, Status.CANCELLING, Status.REVOKING}


def test_a_document_that_should_last_longer_is_extended_however_late_that_is_noticed(
    student: Student,
) -> None:
    order = holds(student, Status.COLLECTED)
    assert expiry.lapse(order, at=MIDNIGHT)
    assert (fresh(order).status, fresh(order).extend_to) == (Status.COLLECTED, NEXT)
    assert not expiry.lapse(order, at=MIDNIGHT + timedelta(days=1))


def test_a_document_extended_in_time_but_too_late_for_mdokumenty_is_replaced_by_the_portal(
    student: Student,
) -> None:
    order = holds(student, Status.COLLECTED)
    orders.extend(order, NEXT, by=None, at=EVENING)
    gateway = ScriptedGateway(
        extend=md.ReissueRequired(),
        revoke=remote(order, RemoteStatus.REVOKED),
        submit=echo,
        query=answer(),
        health=None,
    )
    worker = Worker(gateway, now=MIDNIGHT + timedelta(seconds=25))
    with time_machine.travel(worker.now):
        worker.until(lambda: student.orders.count() == 2, within=timedelta(minutes=1))
    assert (fresh(order).status, fresh(order).revocation_reason) == (Status.REVOKED, "replaced")
    assert student.orders.live().get().valid_until == NEXT


@pytest.mark.parametrize("seconds", [0, 25])
def test_it_is_replaced_at_once_also_while_no_questions_are_asked(student: Student, seconds: int) -> None:
    order = holds(student, Status.COLLECTED)
    orders.extend(order, NEXT, by=None, at=EVENING)
    worker = Worker(ScriptedGateway(extend=md.ReissueRequired()), now=MIDNIGHT + timedelta(seconds=seconds))
    with time_machine.travel(worker.now):
        worker.send()
    now = fresh(order)
    assert (now.status, now.revocation_reason, now.order_again) == (Status.REVOKING, "replaced", True)


def test_a_document_that_cannot_be_extended_stays_until_its_day_is_over(student: Student) -> None:
    order = holds(student, Status.COLLECTED, reissue_required=True)
    swept(EVENING)
    assert (fresh(order).status, fresh(order).extend_to) == (Status.COLLECTED, None)
    swept(MIDNIGHT)
    assert (fresh(order).status, fresh(order).revocation_reason) == (Status.REVOKING, "replaced")


@pytest.mark.parametrize(("days_before", "replaced"), [(10, False), (3, False), (2, True), (0, True)])
def test_codes_that_nobody_used_are_replaced_days_before_they_lead_to_a_void_document(
    student: Student, days_before: int, replaced: bool
) -> None:
    order = holds(student, Status.READY)
    swept(EVENING - timedelta(days=days_before))
    now = fresh(order)
    if replaced:
        assert (now.status, now.revocation_reason, now.order_again) == (Status.REVOKING, "replaced", True)
    else:
        assert (now.status, now.extend_to) == (Status.READY, NEXT)


@pytest.mark.parametrize("confirmed_by_itself", [True, False])
def test_what_was_certainly_never_sent_is_sent_with_the_new_date(
    student: Student, settings: Any, confirmed_by_itself: bool
) -> None:
    settings.AUTOMATIC_CONFIRMATION = confirmed_by_itself  # a new order would not wait for that either
    order = holds(student, Status.WAITING, holder=_holder(student), photo=student.photo)
    asked: list[date] = []

    worker = Worker(
        ScriptedGateway(submit=echo_into(asked), query=answer()), now=MIDNIGHT + timedelta(seconds=5)
    )
    with time_machine.travel(worker.now):
        worker.until(lambda: bool(asked), within=timedelta(minutes=1))
    assert asked == [NEXT]
    assert student.orders.get() == order
    assert order.events.get(reason=Reason.DATE_CHANGED).detail == NEXT.isoformat()


def test_the_new_date_waits_for_no_retry_of_the_old_one(student: Student) -> None:
    retry = MIDNIGHT + timedelta(hours=1)
    order = holds(
        student, Status.WAITING, holder=_holder(student), photo=student.photo, next_attempt_at=retry
    )
    now = MIDNIGHT + timedelta(seconds=5)
    with time_machine.travel(now, tick=False):
        assert expiry.lapse(order, at=now)
    assert (fresh(order).valid_until, fresh(order).next_attempt_at) == (NEXT, now)


@pytest.mark.parametrize("arrived", [True, False])
def test_what_was_perhaps_sent_is_looked_for_ended_and_ordered_anew(student: Student, arrived: bool) -> None:
    order = holds(student, Status.WAITING, holder=_holder(student), photo=student.photo, sent_at=EVENING)
    asked: list[date] = []

    gateway = ScriptedGateway(
        submit=echo_into(asked),
        find=remote(order, RemoteStatus.PROCESSING, valid_until=LAST) if arrived else None,
        cancel=remote(order, RemoteStatus.CANCELLED, valid_until=LAST),
        query=answer(),
    )
    worker = Worker(gateway, now=MIDNIGHT + timedelta(seconds=5))
    with time_machine.travel(worker.now):
        worker.until(lambda: bool(asked), within=timedelta(minutes=1))
    assert asked == [NEXT]
    assert ("cancel" in gateway.calls) == arrived
    ended = fresh(order)
    assert (ended.status, ended.revocation_reason) == (Status.CANCELLED, "replaced")
    assert student.orders.live().get().valid_until == NEXT


def _holder(student: Student) -> str:
    return (
        f'{{"pesel": "{student.pesel}", "first_names": "{student.first_names}", '
        f'"last_name": "{student.last_name}", "birth_date": "{student.birth_date}"}}'
    )


def test_what_loses_its_right_at_midnight_is_due_for_revocation_at_once(settings: Any) -> None:
    student = goes_on()
    student.cards.update(valid_until=LAST)
    order = holds(student, Status.COLLECTED)
    make_due(order, MIDNIGHT)
    gateway = ScriptedGateway(query=answer(), revoke=remote(order, RemoteStatus.REVOKED))
    worker = Worker(gateway, now=MIDNIGHT)
    worker.poll()
    worker.later(seconds=1)
    worker.send()
    assert fresh(order).status == Status.REVOKED


@pytest.mark.parametrize("noticed_by", ["an import, at once", "the sweep"])
def test_a_known_end_that_is_lifted_extends_the_document(settings: Any, noticed_by: str) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = "pesel", False
    student = goes_on()
    student.enrolments.update(status="struck_off", ended_on=date(2026, 12, 16))
    with time_machine.travel(datetime(2026, 11, 5, 12, tzinfo=WARSAW), tick=False):
        order = orders.place(student, by=None)
        assert order.valid_until == date(2026, 12, 15)
        make_order_collected(order)
        sweep_entitlement()
        assert fresh(order).extend_to is None
        student.enrolments.update(status="active", ended_on=None)
        if noticed_by == "the sweep":
            sweep_entitlement()
        else:
            signals.students_changed.send(None, ids=[student.pk], by=None)
    assert fresh(order).extend_to == NEXT


def make_order_collected(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status=Status.COLLECTED, mdokumenty_id="mD-1", sent_at=EVENING)


def test_a_new_card_does_not_keep_a_document_of_the_old_one(settings: Any) -> None:
    student = goes_on()
    order = holds(student, Status.COLLECTED)
    student.cards.update(ended_on=LAST, end_reason="lost")
    make_card(student, issued_on=LAST, valid_until=NEXT)
    swept(MIDNIGHT)
    assert fresh(order).revocation_reason == "card_invalidated"
