"""What is told of many students or cards costs as many queries as what is told of a few."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement import revocation
from mdocs.models import Order, OrderEvent
from mdocs.orders import bulk
from mdocs.querysets import Lane, Priority
from mdocs.statuses import Reason, Status
from students.models import StudentCard, User
from students.signals import cards_ended, cards_extended, students_changed
from tests.mdocs.engine.worker import fresh
from tests.mdocs.entitlement.causes import CAUSES, collected
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db


def struck_off(found: list[Order]) -> list[int]:
    for order in found:
        CAUSES["struck off"][0](order.student)
    return [order.student_id for order in found]


def lost(found: list[Order]) -> list[int]:
    for order in found:
        CAUSES["card lost"][0](order.student)
    return cards_of(found)


def extended(found: list[Order]) -> list[int]:
    cards = StudentCard.objects.filter(pk__in=cards_of(found))
    cards.update(valid_until=cards[0].valid_until + timedelta(days=180))
    return cards_of(found)


def cards_of(found: list[Order]) -> list[int]:
    students = [order.student_id for order in found]
    return list(StudentCard.objects.filter(student__in=students).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("signal", "happen", "event"),
    [
        (students_changed, struck_off, Reason.REVOKE_ASKED),
        (cards_ended, lost, Reason.REVOKE_ASKED),
        (cards_extended, extended, Reason.EXTENSION_ASKED),
    ],
)
def test_more_rows_cost_no_more_queries(
    signal: Any, happen: Callable[[list[Order]], list[int]], event: Reason
) -> None:
    def cost_of(count: int) -> int:
        found = [collected() for _ in range(count)]
        ids = happen(found)
        with CaptureQueriesContext(connection) as queries:
            ((_listener, failure),) = signal.send_robust(None, ids=ids, by=None)
        assert failure is None
        assert OrderEvent.objects.filter(reason=event, order__in=found).count() == count
        return len(queries)

    few = cost_of(3)
    assert cost_of(7) == few <= 9


@pytest.mark.usefixtures("either_rules")
def test_a_few_are_nobodys_routine_and_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 2)
    few, more = [collected() for _ in range(2)], [collected() for _ in range(3)]
    students_changed.send(None, ids=struck_off(few), by=None)
    students_changed.send(None, ids=struck_off(more), by=None)
    assert {fresh(order).low_priority for order in few} == {False}
    assert {fresh(order).low_priority for order in more} == {True}


def test_extensions_of_many_let_a_student_who_clicks_go_first() -> None:
    found = [collected() for _ in range(3)]
    cards_extended.send(None, ids=extended(found), by=None)
    Order.objects.update(next_attempt_at=timezone.now() - timedelta(hours=1))
    click = orders.place(make_eligible_student(), by=None)
    due = list(Order.objects.due(Lane.SEND, timezone.now()))
    assert due[0] == click
    assert {order.priority for order in due[1:]} == {Priority.SEND_LOW}
    assert len(due) == 4


@pytest.mark.usefixtures("either_rules")
@pytest.mark.parametrize("status", Status)
@time_machine.travel("2026-12-01T12:00+01:00", tick=False)
def test_extending_many_does_to_each_what_extending_one_does(status: Status) -> None:
    alone, among_many = (make_order(make_eligible_student(), status) for _ in range(2))
    until = fresh(alone).valid_until + timedelta(days=200)
    try:
        orders.extend(alone, until, by=None)
    except orders.NotAllowed:
        assert bulk.extend({among_many.pk: until}, by=None) == 0
    else:
        assert bulk.extend({among_many.pk: until}, by=None) == 1
        assert bulk.extend({among_many.pk: until}, by=None) == 0
    assert _everything(alone) == _everything(among_many)


@pytest.mark.usefixtures("either_rules")
@pytest.mark.parametrize("status", Status)
@time_machine.travel("2026-12-01T12:00+01:00", tick=False)
def test_ending_many_does_to_each_what_ending_one_does(status: Status) -> None:
    alone, among_many = (make_order(make_eligible_student(), status) for _ in range(2))
    verb = orders.revoke if status in {Status.READY, Status.COLLECTED} else orders.cancel
    try:
        verb(alone, by=None)
    except orders.NotAllowed:
        assert not bulk.end([among_many.pk], _holder_request, by=None)
    else:
        assert bulk.end([among_many.pk], _holder_request, by=None).total() == 1
    assert _everything(alone) == _everything(among_many)


def _holder_request(held: Any) -> dict[Any, Any]:
    return {order.pk: "holder_request" for order in held}


def _everything(order: Order) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """All that the database knows of an order, but what tells it from another one."""
    row = dict[str, Any](Order.objects.values().get(pk=order.pk))
    for own in ("id", "student_id", "album_number", "mdokumenty_id"):
        del row[own]
    return row, [dict(event) for event in order.events.values("old", "new", "reason", "detail", "at")]


def test_the_sweep_extends_what_a_lost_signal_did_not_but_asks_for_no_impossible_one_twice() -> None:
    unheard, impossible = collected(), collected()
    extended([unheard, impossible])
    Order.objects.filter(pk=impossible.pk).update(reissue_required=True)
    assert revocation.extend_with_cards() == 1
    assert fresh(unheard).extend_to is not None
    assert fresh(impossible).extend_to is None
    assert revocation.extend_with_cards() == 0


def test_what_a_clerk_brings_about_for_many_stands_in_the_audit_log(clerk: User) -> None:
    found = [collected() for _ in range(3)]
    cards_ended.send_robust(None, ids=lost(found), by=clerk)
    entries = LogEntry.objects.filter(additional_data__done=Reason.REVOKE_ASKED)
    assert {entry.object_pk for entry in entries} == {str(order.pk) for order in found}
    assert {entry.actor for entry in entries} == {clerk}
    assert entries[0].changes == {"status": ["collected", "revoking"]}
