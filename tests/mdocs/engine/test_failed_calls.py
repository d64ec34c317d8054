"""What a call that did not succeed leaves in its order: what staff read, and when it is tried again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders, schedule
from mdocs.engine import breaker, calls, failures
from mdocs.engine.claims import claim_due
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Attention, Failure, Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo
from tests.mdocs.engine.test_our_own_trouble import terminate_own_connection
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=45)


def pause(order: Order, now: datetime) -> timedelta:
    """Return how long the order waits for the next attempt."""
    return (fresh(order).next_attempt_at or now) - now


def test_what_needs_staff_is_looked_at_again_in_a_quarter_of_an_hour(student: Student) -> None:
    since = timezone.now() - timedelta(hours=1)
    order = make_order(
        student, Status.PROCESSING, failures=3, last_failure=Failure.MISSING, missing_since=since
    )
    worker = Worker(ScriptedGateway(query=answer(missing=[order.mdokumenty_id or ""]), find=None))
    worker.poll()
    order = fresh(order)
    assert (order.attention, order.failures, order.last_failure) == (Attention.UNKNOWN_THERE, 4, "")
    assert timedelta(minutes=12) <= pause(order, worker.now) <= timedelta(minutes=18)


def test_an_unexpected_error_is_tried_again_as_well(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = orders.place(student, by=None)

    def break_down(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(calls, "request_for", break_down)
    worker = Worker(ScriptedGateway())
    worker.send()
    assert fresh(order).attention == Attention.INTERNAL_ERROR
    assert timedelta(minutes=12) <= pause(order, worker.now) <= timedelta(minutes=18)


def test_a_question_that_fails_backs_off_by_the_failures_of_its_order(student: Student) -> None:
    order = make_order(student, Status.PROCESSING, failures=3)
    worker = Worker(ScriptedGateway(query=md.RetryLater(why="HTTP 500")))
    worker.poll()
    assert (fresh(order).failures, fresh(order).leased_until) == (4, None)
    assert timedelta(seconds=4) <= pause(order, worker.now) <= timedelta(seconds=8)


@pytest.mark.parametrize(
    ("said", "attention", "failures_in_a_row"),
    [
        (answer(), "", 0),
        (md.OurMistake("bad_request"), Attention.OUR_MISTAKE, 0),
        (md.OrderUnknown(), "", 0),
        (md.RetryLater(why="HTTP 500"), "", 2),
    ],
)
def test_whatever_is_said_to_a_question_shows_that_they_are_well_unless_it_is_a_failure(
    student: Student, said: Any, attention: str, failures_in_a_row: int
) -> None:
    order = make_order(student, Status.PROCESSING)
    worker = Worker(ScriptedGateway(query=said))
    breaker.record_failure(Lane.POLL, worker.now, 1)
    worker.poll()
    assert breaker.current(Lane.POLL).failures == failures_in_a_row
    order = fresh(order)
    assert (order.attention, order.failures, order.leased_until) == (attention, 1, None)
    assert pause(order, worker.now) > timedelta()


def test_a_question_refused_for_our_certificate_stays_due(student: Student) -> None:
    order = make_order(student, Status.PROCESSING)
    Worker(ScriptedGateway(query=md.NotAccepted())).poll()
    after = fresh(order)
    assert (after.next_attempt_at, after.leased_until) == (order.next_attempt_at, None)
    assert (after.failures, after.attention) == (0, "")


@pytest.mark.parametrize("perhaps_sent_before", [False, True])
def test_a_call_that_certainly_did_not_arrive_is_tried_again_and_leaves_an_order_as_unsent_as_it_was(
    student: Student, perhaps_sent_before: bool
) -> None:
    order = orders.place(student, by=None)
    Order.objects.update(sent_at=timezone.now() if perhaps_sent_before else None)
    worker = Worker(ScriptedGateway(submit=md.RetryLater(not_done=True)))
    worker.send()
    assert timedelta(seconds=0.5) <= pause(order, worker.now) <= timedelta(seconds=1)
    order = fresh(order)
    assert (order.status, order.sent_at is not None) == (Status.WAITING, perhaps_sent_before)
    assert (order.failures, order.last_failure) == (1, Failure.UNREACHABLE)


def test_an_order_that_is_not_accepted_for_our_certificate_stays_due_and_unsent(student: Student) -> None:
    order = orders.place(student, by=None)
    Worker(ScriptedGateway(submit=md.NotAccepted())).send()
    order = fresh(order)
    assert (order.status, order.last_failure) == (Status.WAITING, Failure.NOT_ACCEPTED)
    assert (order.sent_at, order.leased_until, order.failures) == (None, None, 0)
    orders.cancel(order, by=student.user)
    assert fresh(order).status == Status.CANCELLED, "it was never sent"


def test_an_order_cancelled_while_it_is_found_out_of_date_ends_as_cancelled(student: Student) -> None:
    order = orders.place(student, by=None)
    now = schedule.first_moment_after(order)
    (claim,) = claim_due(Lane.SEND, now, 1, LEASE)
    orders.cancel(order, by=student.user)
    failures.record_outdated(claim, now)
    assert fresh(order).status == Status.CANCELLED
    assert order.events.latest("id").reason == Reason.NEVER_SENT


def test_an_order_that_another_worker_has_by_now_is_not_found_out_of_date(student: Student) -> None:
    order = orders.place(student, by=None)
    now = schedule.first_moment_after(order)
    (slow,) = claim_due(Lane.SEND, now, 1, LEASE)
    claim_due(Lane.SEND, now + LEASE, 1, LEASE)
    failures.record_outdated(slow, now)
    assert fresh(order).status == Status.WAITING


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_while_an_order_is_read_costs_no_other_order(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    both = [orders.place(make_eligible_student(), by=None, at=timezone.now()) for _ in range(2)]
    request_for, cut = calls.request_for, list[Order]()

    def cut_once(order: Order) -> md.OrderRequest:
        if not cut:
            cut.append(order)
            terminate_own_connection()
        return request_for(order)

    monkeypatch.setattr(calls, "request_for", cut_once)
    Worker(ScriptedGateway(submit=echo)).send()
    (other,) = set(both) - set(cut)
    assert (fresh(cut[0]).status, fresh(cut[0]).attention) == (Status.WAITING, "")
    assert fresh(other).status == Status.PROCESSING
    assert f"order={cut[0].pk} recording was interrupted (OperationalError)" in caplog.text
