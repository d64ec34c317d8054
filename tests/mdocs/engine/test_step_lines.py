"""Lines of steps in the log: one for each, with the call that brought it about, under the request that caused it."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django_guid import clear_guid, get_guid, set_guid

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import references
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import RevocationReason
from mlegitymacja_portal.logs import JsonFormatter, LineFormatter
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due

pytestmark = pytest.mark.django_db(transaction=True)
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """Return what the lines since the last look are made of."""
    caplog.set_level(logging.INFO, "mdocs.steps")

    def read() -> list[dict[str, Any]]:
        found = [record.fields for record in caplog.records if record.name == "mdocs.steps"]  # type: ignore[attr-defined]
        caplog.clear()
        return found

    return read


def place(student: Student) -> tuple[Order, str]:
    """Place an order in a request, and return both."""
    request_id = str(uuid4())
    set_guid(request_id)
    order = orders.place(student, by=None)
    clear_guid()
    return order, request_id


def test_a_step_says_from_where_to_where_why_and_by_which_call(student: Student, lines: Lines) -> None:
    order, _ = place(student)
    assert lines() == [
        {
            "order": str(order.pk),
            "student": student.pk,
            "mdokumenty": "-",
            "from": "",
            "to": "waiting",
            "reason": "ordered",
        }
    ]
    accepted = remote(order, RemoteStatus.PENDING, order_id="mD-2026-0000123")
    Worker(ScriptedGateway(submit=accepted)).send()
    (line,) = lines()
    assert line.pop("seconds") >= 0
    assert line == {
        "order": str(order.pk),
        "student": student.pk,
        "mdokumenty": "mD-2026-0000123",
        "from": "waiting",
        "to": "processing",
        "reason": "accepted",
        "call": "submit",
        "outcome": "answered",
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (md.OutcomeUnknown(), "outcome_unknown"),
        (md.NotAccepted(md.Cause.OUR_CERTIFICATE_EXPIRED), "not_accepted"),
    ],
)
def test_a_call_that_fails_is_a_line_without_a_step(
    student: Student, lines: Lines, error: md.MdokumentyError, reason: str
) -> None:
    place(student)
    lines()
    Worker(ScriptedGateway(submit=error)).send()
    (line,) = lines()
    assert (line["from"], line["to"], line["reason"]) == ("waiting", "waiting", reason)
    assert (line["call"], line["outcome"]) == ("submit", reason)


def test_a_question_without_news_is_no_line(student: Student, lines: Lines) -> None:
    order, _ = place(student)
    pending = remote(order, RemoteStatus.PENDING)
    worker = Worker(ScriptedGateway(submit=pending, query=answer(pending)))
    worker.send()
    lines()
    make_due(fresh(order), worker.now)
    worker.poll()
    assert lines() == []


def test_what_follows_a_round_is_not_of_its_calls(student: Student, lines: Lines) -> None:
    order, _ = place(student)
    Worker(ScriptedGateway(submit=remote(order, RemoteStatus.PENDING))).send()
    lines()
    orders.cancel(order, by=None, reason=RevocationReason.HOLDER_REQUEST)
    (line,) = lines()
    assert line["reason"] == "cancel_asked"
    assert "call" not in line


def test_a_number_that_is_no_plain_word_is_left_out(student: Student, lines: Lines) -> None:
    order, _ = place(student)
    odd = remote(order, RemoteStatus.PENDING, order_id="Anna Nowak\n2026")
    Worker(ScriptedGateway(submit=odd)).send()
    assert lines()[-1]["mdokumenty"] == "-"


def test_the_call_and_what_comes_of_it_stand_under_the_request_of_the_click(student: Student) -> None:
    order, request_id = place(student)
    told: list[str] = []

    class Listening(ScriptedGateway):
        def submit(self, request: md.OrderRequest) -> md.RemoteOrder:
            told.append(get_guid())
            return super().submit(request)

    task = str(uuid4())
    set_guid(task)
    Worker(Listening(submit=remote(order, RemoteStatus.PENDING))).send()
    assert told == [request_id]
    assert get_guid() == task
    clear_guid()
    assert {str(event.request_id) for event in order.events.all()} == {request_id}


@pytest.mark.parametrize("is_json", [False, True])
def test_from_a_log_a_comparison_takes_order_number_and_student(
    student: Student, caplog: pytest.LogCaptureFixture, tmp_path: Path, is_json: bool
) -> None:
    caplog.set_level(logging.INFO, "mdocs.steps")
    order, _ = place(student)
    Worker(ScriptedGateway(submit=remote(order, RemoteStatus.PENDING, order_id="mD-2026-0000123"))).send()
    formatter = (JsonFormatter if is_json else LineFormatter)()
    log = tmp_path / "journal"
    log.write_text("\n".join(map(formatter.format, caplog.records)))
    assert references.read([log]) == [references.Reference(order.pk, "mD-2026-0000123", student.pk)]


def test_what_is_asked_for_later_stands_under_its_own_request(student: Student) -> None:
    order, first = place(student)
    worker = Worker(ScriptedGateway(submit=remote(order, RemoteStatus.PENDING)))
    worker.send()
    second = str(uuid4())
    set_guid(second)
    orders.cancel(order, by=None, reason=RevocationReason.HOLDER_REQUEST)
    clear_guid()
    worker.later(minutes=1)
    worker.gateway = ScriptedGateway(cancel=remote(order, RemoteStatus.CANCELLED))
    worker.send()
    by_reason = {event.reason: str(event.request_id) for event in order.events.all()}
    assert by_reason == {"ordered": first, "accepted": first, "cancel_asked": second, "confirmed": second}
