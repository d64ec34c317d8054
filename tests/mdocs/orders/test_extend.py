"""A later valid-until date, at whatever point of its life an order is."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.mdokumenty import NotCollected, ReissueRequired, RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]

NEXT_YEAR = date(timezone.localdate().year + 1, 10, 31)


def reasons(order: Order) -> list[str]:
    return [event.reason for event in order.events.all()]


def test_an_order_that_was_never_sent_just_asks_for_the_later_date(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    orders.extend(order, NEXT_YEAR, by=None)
    worker.until(lambda: fresh(order).status == Status.READY)
    (document,) = sandbox.orders()
    assert document["valid_until"] == NEXT_YEAR.isoformat()
    assert fresh(order).extend_to is None


def test_one_that_is_being_made_is_extended_as_soon_as_it_is_on_the_phone(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    order = orders.extend(fresh(order), NEXT_YEAR, by=None, at=worker.now)
    worker.poll()
    assert (fresh(order).status, fresh(order).extend_to) == (Status.READY, NEXT_YEAR)
    sandbox.activate(order.qr_token or "", order.activation_code or "")
    worker.until(lambda: fresh(order).extend_to is None)
    (document,) = sandbox.orders()
    assert (document["status"], document["valid_until"]) == ("collected", NEXT_YEAR.isoformat())
    assert reasons(order)[-3:] == [Reason.EXTENSION_ASKED, Reason.COLLECTED, Reason.EXTENDED]


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.READY])
def test_an_extension_that_has_to_wait_does_not_make_the_worker_ask_without_pause(
    student: Student, status: Status
) -> None:
    order = make_order(student, status)
    orders.extend(order, NEXT_YEAR, by=None)
    there = RemoteStatus.PROCESSING if status == Status.PROCESSING else RemoteStatus.READY
    order = fresh(order)
    same = remote(order, there, updated_at=order.remote_updated_at)
    gateway = ScriptedGateway(query=lambda ids: answer(same))
    worker = Worker(gateway)
    worker.poll()
    worker.poll()
    assert gateway.calls == ["query"]
    assert (fresh(order).next_attempt_at or worker.now) > worker.now


def test_a_date_that_is_not_later_changes_nothing(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    for until in (order.valid_until, order.valid_until - timedelta(days=1)):
        orders.extend(order, until, by=None)
    assert (fresh(order).extend_to, order.events.count()) == (None, 0)


def test_of_two_extensions_the_later_counts(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    orders.extend(order, NEXT_YEAR, by=None)
    orders.extend(order, NEXT_YEAR - timedelta(days=30), by=None)
    assert fresh(order).extend_to == NEXT_YEAR
    orders.extend(order, NEXT_YEAR + timedelta(days=30), by=None)
    assert fresh(order).extend_to == NEXT_YEAR + timedelta(days=30)


def test_an_extension_asked_during_a_call_that_never_left_gives_way_to_the_next(student: Student) -> None:
    order = make_order(student, Status.WAITING, extend_to=NEXT_YEAR)
    orders.extend(order, NEXT_YEAR + timedelta(days=30), by=None)
    order = fresh(order)
    assert (order.valid_until, order.extend_to) == (NEXT_YEAR + timedelta(days=30), None)


def test_a_document_that_is_to_be_revoked_is_not_extended_any_more(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, extend_to=NEXT_YEAR)
    orders.revoke(order, by=student.user)
    assert fresh(order).extend_to is None
    gateway = ScriptedGateway(revoke=remote(order, RemoteStatus.REVOKED))
    Worker(gateway).send()
    assert (gateway.calls, fresh(order).status) == (["revoke"], Status.REVOKED)


def test_a_document_that_cannot_be_extended_stays_and_says_so(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, extend_to=NEXT_YEAR)
    worker = Worker(ScriptedGateway(extend=ReissueRequired()))
    worker.send()
    order = fresh(order)
    assert (order.status, order.reissue_required, order.extend_to) == (Status.COLLECTED, True, None)
    assert reasons(order) == [Reason.REISSUE_REQUIRED]
    assert (order.next_attempt_at or worker.now) > worker.now


def test_one_that_could_be_extended_after_all_no_longer_says_so(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, reissue_required=True, extend_to=NEXT_YEAR)
    extended = remote(order, RemoteStatus.COLLECTED, valid_until=NEXT_YEAR)
    Worker(ScriptedGateway(extend=extended)).send()
    order = fresh(order)
    assert (order.reissue_required, order.valid_until, order.extend_to) == (False, NEXT_YEAR, None)


def test_a_document_that_is_not_on_a_phone_any_more_is_asked_about(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, extend_to=NEXT_YEAR)
    gateway = ScriptedGateway(extend=NotCollected(), find=remote(order, RemoteStatus.EXPIRED))
    Worker(gateway).send()
    assert (gateway.calls, fresh(order).status) == (["extend", "find"], Status.EXPIRED)


def test_a_server_that_answers_without_extending_is_asked_again_ever_more_slowly(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, extend_to=NEXT_YEAR)
    worker = Worker(ScriptedGateway(extend=lambda *_: remote(order, RemoteStatus.COLLECTED)))
    pauses = []
    for _ in range(12):
        worker.send()
        pauses.append(((fresh(order).next_attempt_at or worker.now) - worker.now).total_seconds())
        worker.now = fresh(order).next_attempt_at or worker.now
    assert 0.5 <= pauses[0] <= 1
    assert 450 <= pauses[-1] <= 900
