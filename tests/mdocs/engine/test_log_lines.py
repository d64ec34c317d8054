"""Lines in the log from which operators learn that something is wrong: each is there, once, and names its order."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders, schedule
from mdocs.engine import breaker, responses
from mdocs.engine.breaker import FAILURES_TO_OPEN
from mdocs.engine.failures import MISSING_FOR_STAFF
from mdocs.entitlement import expiry
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import EXTENSION_GRACE, Lane
from mdocs.statuses import Attention, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, make_due
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

Lines = Callable[[], list[tuple[str, str]]]
R, S = RemoteStatus, Status
# What mDokumenty cannot say of an order in a state of ours without one of the two being wrong.
CONTRADICTIONS = {
    S.READY: {R.PENDING, R.PROCESSING, R.REJECTED},
    S.COLLECTED: {R.PENDING, R.PROCESSING, R.READY, R.REJECTED},
}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """Return level and text of each line of ours, from WARNING on."""

    def read() -> list[tuple[str, str]]:
        return [
            (record.levelname, record.getMessage())
            for record in caplog.records
            if record.name.startswith("mdocs.") and record.levelno >= logging.WARNING
        ]

    return read


@pytest.mark.parametrize("there", RemoteStatus)
@pytest.mark.parametrize("here", Status)
def test_an_answer_that_contradicts_what_we_know_is_an_error_and_no_other_is(
    student: Student, lines: Lines, here: Status, there: RemoteStatus
) -> None:
    order = make_order(student, here)
    responses.record_answer(order, remote(order, there), timezone.now())
    contradiction = f"order={order.pk} is {here} here and {there} at mDokumenty; kept as it is"
    assert lines() == ([("ERROR", contradiction)] if there in CONTRADICTIONS.get(here, set()) else [])


def test_an_order_with_two_numbers(student: Student, lines: Lines) -> None:
    order = make_order(student, S.PROCESSING, mdokumenty_id="mD-first")
    responses.record_answer(order, remote(order, R.READY, order_id="mD-second"), timezone.now())
    assert lines() == [("ERROR", f"order={order.pk} has two numbers at mDokumenty; the first is kept")]


@pytest.mark.parametrize("operation", ["submit", "query"])
def test_an_answer_under_somebody_elses_reference(
    student: Student, other_student: Student, lines: Lines, operation: str
) -> None:
    theirs = make_order(other_student, S.CANCELLED)
    if operation == "submit":
        order = orders.place(student, by=None)
        Worker(ScriptedGateway(submit=remote(order, R.PENDING, client_reference=theirs.pk))).send()
        expected = f"order={order.pk} mDokumenty answered with an order that is not ours"
    else:
        order = make_order(student, S.PROCESSING)
        Worker(ScriptedGateway(query=answer(remote(order, R.READY, client_reference=theirs.pk)))).poll()
        expected = f"mDokumenty answered with an order that was not asked for: order={theirs.pk}"
    assert lines() == [("ERROR", expected)]


def test_an_order_that_needs_staff(student: Student, lines: Lines) -> None:
    order = make_order(student, S.REVOKING, missing_since=timezone.now() - MISSING_FOR_STAFF)
    Worker(ScriptedGateway(revoke=md.OrderUnknown())).send()
    assert lines() == [("ERROR", f"order={order.pk} needs attention: {Attention.UNKNOWN_THERE} ")]


def test_a_question_that_is_answered_with_something_else(student: Student, lines: Lines) -> None:
    make_order(student, S.PROCESSING)
    Worker(ScriptedGateway(query=md.OrderUnknown())).poll()
    ((level, text),) = lines()
    assert (level, text.startswith("mDokumenty answered a question with: ")) == ("ERROR", True)


def test_an_order_that_was_not_sent_in_time(student: Student, lines: Lines) -> None:
    order = orders.place(student, by=None)
    Worker(ScriptedGateway(), schedule.first_moment_after(order)).send()
    assert lines() == [("WARNING", f"order={order.pk} was not sent in time: its last valid day is over")]


def test_an_extension_that_never_came_about_and_no_other_document_that_lapses(
    student: Student, other_student: Student, lines: Lines
) -> None:
    last_day = timezone.localdate() - timedelta(days=1)
    lapsed = make_order(student, S.COLLECTED, valid_until=last_day)
    not_extended = make_order(
        other_student, S.COLLECTED, valid_until=last_day, extend_to=last_day + timedelta(days=90)
    )
    now = schedule.first_moment_after(lapsed) + EXTENSION_GRACE
    for order in (lapsed, not_extended):
        assert expiry.lapse(order, at=now)
    text = f"order={not_extended.pk} mDokumenty has not extended it in the week after its last valid day"
    assert lines() == [("ERROR", text)]


def test_an_outage_says_once_that_it_begins_and_once_that_it_is_over(student: Student, lines: Lines) -> None:
    order = orders.place(student, by=None)
    down, failures = md.RetryLater(not_done=True), 2 * FAILURES_TO_OPEN
    worker = Worker(ScriptedGateway(submit=[*[down] * failures, remote(order, R.PENDING)]))
    while Order.objects.filter(status=S.WAITING).exists():
        make_due(order, worker.now)
        worker.send()
        worker.later(minutes=1)
    opened, closed = lines()
    assert opened == (
        "ERROR",
        "mDokumenty does not answer (unknown, no answer); the breaker of the lane send is open, orders are kept",
    )
    assert closed == ("WARNING", "mDokumenty answers again; the breaker of the lane send is closed")


def test_a_refused_certificate_is_critical_in_the_first_lane_and_an_error_in_the_other(lines: Lines) -> None:
    now = timezone.now()
    for lane in (Lane.SEND, Lane.POLL, Lane.SEND):
        breaker.record_not_accepted(lane, now, "query" if lane is Lane.POLL else "")
    refused = "mDokumenty does not accept us ({}: unauthorised); the lane {} is paused, nothing is lost"
    assert lines() == [
        ("CRITICAL", refused.format("health", "send")),
        ("ERROR", refused.format("query", "poll")),
    ]
