"""What each definite "no" makes of an order (docs/reference/mdokumenty.md, Errors)."""

import logging
from datetime import timedelta

import pytest

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Reason, Status
from students.models import Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, carried, fresh
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["holder_unknown", "photo_rejected", "one_not_known_yet"])
def test_a_holder_refused_for_good_ends_the_order(waiting: Order, code: str) -> None:
    order = carried(waiting, submit=md.Refused(code, "Anna Nowak 02270803624"))
    assert (order.status, order.rejection_code, order.mdokumenty_id) == (Status.REJECTED, code, None)
    assert order.events.latest("id").detail == code


@pytest.mark.parametrize("operation", ["submit", "query", "cancel", "revoke", "extend"])
def test_a_mistake_of_ours_waits_for_staff(student: Student, clerk: User, operation: str) -> None:
    status = {
        "submit": Status.WAITING,
        "query": Status.PROCESSING,
        "cancel": Status.CANCELLING,
        "revoke": Status.REVOKING,
        "extend": Status.COLLECTED,
    }[operation]
    order = orders.place(student, by=None) if operation == "submit" else make_order(student, status)
    if operation == "extend":
        orders.extend(order, order.valid_until + timedelta(days=30), by=None)
    gateway = ScriptedGateway(**{operation: md.OurMistake("http_400")})
    worker = Worker(gateway)
    worker.send()
    worker.poll()
    order = fresh(order)
    assert (order.status, order.attention) == (status, "our_mistake")
    assert order in Order.objects.needing_attention(worker.now)
    assert order.events.latest("id").reason == Reason.NEEDS_STAFF
    if (
        operation != "query"
    ):  # a question does no harm: it is asked again slowly, in case it was another order's fault
        worker.later(days=30)
        worker.send()
        worker.poll()
        assert gateway.calls == [operation]
    orders.retry(order, by=clerk, at=worker.now)
    worker.send()
    worker.poll()
    assert gateway.calls == [operation] * 2


def test_one_bad_number_among_many_holds_up_no_other_for_long(
    student: Student, other_student: Student
) -> None:
    good, bad = make_order(student, Status.PROCESSING), make_order(other_student, Status.PROCESSING)

    def query(ids: list[str]) -> md.QueryAnswer:
        if bad.mdokumenty_id in ids:
            raise md.OurMistake("bad_request")
        return answer(remote(good, RemoteStatus.READY))

    worker = Worker(ScriptedGateway(query=query))
    worker.until(lambda: fresh(good).status == Status.READY, within=timedelta(hours=2))
    assert (fresh(good).attention, fresh(bad).attention) == ("", "our_mistake")


def test_a_mistake_of_ours_in_an_order_that_was_never_sent_leaves_the_student_free(waiting: Order) -> None:
    order = carried(waiting, submit=md.OurMistake("http_415", not_done=True))
    orders.cancel(order, by=None)
    assert fresh(order).status == Status.CANCELLED


def test_a_conflict_that_nobody_knows_does_not_say_that_there_is_no_document(waiting: Order) -> None:
    order = carried(waiting, submit=md.OurMistake("stars_misaligned"))
    orders.cancel(order, by=None)
    assert fresh(order).status == Status.CANCELLING


@pytest.mark.parametrize(
    ("status", "operation", "becomes"),
    [
        (
            Status.CANCELLING,
            "cancel",
            {"cancelled": "cancelled", "rejected": "cancelled", "revoked": "revoked"},
        ),
        (Status.REVOKING, "revoke", {"revoked": "revoked", "cancelled": "cancelled", "expired": "expired"}),
        (Status.REVOKING, "revoke", {"rejected": "cancelled", "unknown": "revoking"}),
        (Status.CANCELLING, "cancel", {"expired": "expired", "unknown": "cancelling"}),
    ],
)
def test_an_order_that_is_final_there_is_over_here(
    student: Student, status: Status, operation: str, becomes: dict[str, str]
) -> None:
    for there, here in becomes.items():
        order = make_order(student, status)
        order = carried(order, **{operation: md.OrderFinal(RemoteStatus(there))})
        assert order.status == here
        if order.is_live:
            assert order.failures == 1
            Order.objects.filter(pk=order.pk).update(status=Status.CANCELLED, next_attempt_at=None)


def test_already_collected_turns_a_cancellation_into_a_revocation(student: Student) -> None:
    order = make_order(student, Status.CANCELLING)
    order = carried(order, cancel=md.AlreadyCollected())
    assert (order.status, order.revocation_reason) == (Status.REVOKING, "holder_request")
    order = carried(order, revoke=remote(order, RemoteStatus.REVOKED))
    assert order.status == Status.REVOKED


def test_a_document_that_was_not_issued_after_all_is_cancelled_instead_of_revoked(student: Student) -> None:
    order = make_order(student, Status.REVOKING)
    gateway = ScriptedGateway(revoke=md.NotIssued(), cancel=remote(order, RemoteStatus.CANCELLED))
    Worker(gateway).send()
    assert (gateway.calls, fresh(order).status) == (["revoke", "cancel"], Status.CANCELLED)


def test_a_document_revoked_there_ends_instead_of_being_extended(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    orders.extend(order, order.valid_until + timedelta(days=30), by=None)
    assert carried(order, extend=md.AlreadyRevoked()).status == Status.REVOKED


def test_left_out_of_an_answer_is_not_a_no_either(student: Student) -> None:
    order = carried(make_order(student, Status.PROCESSING), query=answer())
    assert (order.status, order.last_failure, order.attention) == (Status.PROCESSING, "outcome_unknown", "")


def test_a_key_that_is_there_with_another_body_is_our_order_all_the_same(waiting: Order) -> None:
    order = carried(waiting, submit=md.IdempotencyConflict(), find=remote(waiting, RemoteStatus.PROCESSING))
    assert (order.status, order.attention) == (Status.PROCESSING, "")


def test_a_key_that_is_there_and_is_not_found_waits_for_staff(waiting: Order) -> None:
    order = carried(waiting, submit=md.IdempotencyConflict(), find=None)
    assert (order.status, order.attention) == (Status.WAITING, "key_conflict")


@pytest.mark.parametrize(
    "failure", [md.RetryLater(not_done=True), md.OurMistake("http_400", not_done=True), md.NotAccepted()]
)
def test_a_key_that_is_there_means_that_something_was_sent_whatever_comes_next(
    waiting: Order, failure: md.MdokumentyError
) -> None:
    order = carried(waiting, submit=md.IdempotencyConflict(), find=failure)
    orders.cancel(order, by=None)
    assert fresh(order).status == Status.CANCELLING


def test_our_certificate_refused_pauses_everything_and_loses_nothing(
    student: Student, other_student: Student, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = orders.place(student, by=student.user)
    processing = make_order(other_student, Status.PROCESSING)
    gateway = ScriptedGateway(submit=md.NotAccepted(), query=md.NotAccepted())
    worker = Worker(gateway)
    with caplog.at_level(logging.CRITICAL):
        worker.send()
        for _ in range(120):
            worker.later(seconds=10)
            worker.send()
            worker.poll()
    assert {breaker.current(lane).state for lane in Lane} == {breaker.State.NOT_ACCEPTED}
    for call in ("submit", "query"):
        assert 15 <= gateway.calls.count(call) <= 26  # a probe a minute for twenty minutes, of each lane
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert [(fresh(order).failures, fresh(order).attention) for order in (waiting, processing)] == [
        (0, "")
    ] * 2
    gateway.answers = {
        "submit": remote(waiting, RemoteStatus.READY),
        "query": answer(remote(processing, RemoteStatus.READY)),
    }
    worker.later(minutes=2)
    worker.until(lambda: not Order.objects.exclude(status=Status.READY).exists(), within=timedelta(seconds=5))
