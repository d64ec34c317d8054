"""A "no" is a verdict on an order only where it is mDokumenty's own, and about this order and not about us."""

import logging
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker
from mdocs.engine.breaker import FAILURES_TO_OPEN, Cause, State
from mdocs.engine.refusals import REFUSALS_TO_PAUSE
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Attention, Failure, Reason, Status
from script.lib.authority import Authority
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.mdocs.mdokumenty.test_tls import server_of
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db

MANY = 164
MISTAKE = md.OurMistake("bad_request", not_done=True)


def place(number: int, worker: Worker) -> list[Order]:
    return [
        orders.place(student := make_eligible_student(), by=student.user, at=worker.now)
        for _ in range(number)
    ]


def work(worker: Worker, **duration: float) -> None:
    """Let both lanes work for so long."""
    end = worker.now + timedelta(**duration)
    while worker.now < end:
        if not worker.send() + worker.poll():
            worker.later(seconds=15)


def set_aside() -> int:
    return Order.objects.exclude(attention="").count()


@pytest.mark.parametrize(
    ("trouble", "cause", "detail"),
    [
        ("proxy_400", Cause.FOREIGN_REFUSAL, "HTTP 400, server nginx"),
        ("proxy_403", Cause.FOREIGN_REFUSAL, "HTTP 403, server nginx"),
        ("proxy_404", Cause.FOREIGN_REFUSAL, "HTTP 404, server nginx"),
        ("error_400", Cause.MISTAKES, "HTTP 400 bad_request"),
        ("error_404", Cause.MISTAKES, "HTTP 404 not_found"),
        ("error_401", Cause.UNAUTHORISED, "HTTP 401"),
        ("error_403", Cause.FORBIDDEN, "HTTP 403"),
    ],
)
def test_many_orders_refused_for_what_we_are_wait_and_go_on_by_themselves(
    sandbox: Sandbox,
    worker: Worker,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    trouble: str,
    cause: str,
    detail: str,
) -> None:
    number = MANY if trouble == "proxy_400" else 40
    sandbox.behave(processing_seconds=[0, 0], trouble=trouble)
    place(number, worker)
    with caplog.at_level(logging.CRITICAL):
        work(worker, minutes=10)
    sent = breaker.current(Lane.SEND)
    assert (sent.state, sent.cause) == (State.NOT_ACCEPTED, cause)
    assert sent.cause_detail.startswith(detail)
    assert Order.objects.filter(status=Status.WAITING, attention="").count() == number
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert detail in caplog.records[0].getMessage()
    submitted = [call for call in sandbox.ledger()["calls"] if call["idempotency_key"]]
    assert len(submitted) <= settings.ENGINE_CONNECTIONS + 15  # the first batch, then a probe a minute

    sandbox.behave(processing_seconds=[0, 0])
    worker.until(
        lambda: not Order.objects.exclude(status=Status.READY).exists(), within=timedelta(minutes=15)
    )
    assert len(sandbox.orders()) == number
    assert {breaker.current(lane).state for lane in Lane} == {State.CLOSED}
    assert {breaker.current(lane).cause for lane in Lane} == {""}


def test_administrators_are_mailed_once(sandbox: Sandbox, worker: Worker, settings: Any) -> None:
    settings.ADMINS = [("", "it@example.edu")]
    sandbox.behave(trouble="proxy_400")
    place(20, worker)
    work(worker, minutes=10)
    (message,) = mail.outbox
    assert "foreign_refusal, HTTP 400, server nginx" in message.subject


def test_an_only_order_is_enough_to_find_out_that_a_proxy_refuses_us(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.behave(trouble="proxy_400")
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    assert breaker.current(Lane.SEND).cause == Cause.FOREIGN_REFUSAL
    orders.cancel(order, by=student.user, at=worker.now)
    assert fresh(order).status == Status.CANCELLING, "a proxy's word does not say that it has not arrived"


def test_an_order_that_a_proxy_does_not_let_through_holds_up_no_other(student: Student) -> None:
    poisoned = orders.place(student, by=None)

    def submit(request: md.OrderRequest) -> md.RemoteOrder:
        if request.reference == poisoned.pk:
            raise md.ForeignRefusal(why="HTTP 413")
        return echo(request)

    worker = Worker(ScriptedGateway(submit=submit, find=None))
    for _ in range(2 * REFUSALS_TO_PAUSE):
        make_due(poisoned, worker.now)
        worker.send()
        worker.later(minutes=16)
    assert breaker.current(Lane.SEND).state == State.CLOSED
    poisoned = fresh(poisoned)
    assert (poisoned.status, poisoned.attention) == (Status.WAITING, "")
    assert poisoned.last_failure == Failure.FOREIGN
    (other,) = place(1, worker)
    worker.send()
    assert fresh(other).status == Status.PROCESSING


def test_a_run_is_of_different_orders_one_after_the_other_and_what_it_set_aside_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gateway = ScriptedGateway(submit=MISTAKE)
    worker = Worker(gateway)
    refused = []
    for number in range(1, REFUSALS_TO_PAUSE):
        refused += place(1, worker)
        worker.send()
        worker.later(minutes=1)
        assert set_aside() == number
    assert breaker.current(Lane.SEND).state == State.CLOSED
    elsewhere = make_order(make_eligible_student(), Status.COLLECTED, attention=Attention.OUR_MISTAKE)
    for _ in range(2):
        refused += place(1, worker)
        worker.later(seconds=1)
    worker.send()
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    assert [order.pk for order in Order.objects.exclude(attention="")] == [elsewhere.pk]
    assert {order.events.latest("id").reason for order in refused[:-2]} == {Reason.RESUMED}
    assert list(Order.objects.due(Lane.SEND, worker.now)) == refused, "each at its own place in the queue"

    gateway.answers |= {"submit": echo, "query": answer()}
    work(worker, minutes=3)
    assert {fresh(order).status for order in refused} == {Status.PROCESSING}
    assert fresh(elsewhere).attention == Attention.OUR_MISTAKE
    assert set_aside() == 1


def test_an_order_that_is_accepted_in_between_breaks_the_run() -> None:
    gateway = ScriptedGateway()
    worker = Worker(gateway)
    for number in range(3 * REFUSALS_TO_PAUSE):
        gateway.answers["submit"] = echo if number % REFUSALS_TO_PAUSE == 0 else MISTAKE
        place(1, worker)
        worker.send()
        worker.later(seconds=1)
    assert breaker.current(Lane.SEND).state == State.CLOSED
    assert set_aside() == 3 * (REFUSALS_TO_PAUSE - 1)


def test_an_outage_in_between_begins_the_run_anew() -> None:
    gateway = ScriptedGateway(submit=MISTAKE)
    worker = Worker(gateway)
    for answered in ([MISTAKE] * (REFUSALS_TO_PAUSE - 1), [md.RetryLater()] * FAILURES_TO_OPEN):
        gateway.answers["submit"] = list(answered)
        place(len(answered), worker)
        worker.send()
    assert breaker.current(Lane.SEND).state == State.OPEN
    gateway.answers["submit"] = MISTAKE
    worker.later(minutes=1)
    worker.send()
    assert (breaker.current(Lane.SEND).state, set_aside()) == (State.CLOSED, REFUSALS_TO_PAUSE)


def test_one_order_refused_again_and_again_is_no_run(student: Student) -> None:
    order = orders.place(student, by=None)
    worker = Worker(ScriptedGateway(submit=MISTAKE))
    for _ in range(2 * REFUSALS_TO_PAUSE):
        make_due(order, worker.now)
        worker.send()
        worker.later(minutes=1)
    assert (breaker.current(Lane.SEND).state, fresh(order).attention) == (State.CLOSED, "our_mistake")


def test_revocations_that_are_accepted_do_not_break_a_run_of_orders(student: Student) -> None:
    document = make_order(student, Status.REVOKING)
    worker = Worker(
        ScriptedGateway(submit=MISTAKE, revoke=lambda *_: remote(document, RemoteStatus.PROCESSING))
    )
    for _ in range(REFUSALS_TO_PAUSE):
        place(1, worker)
        make_due(document, worker.now)
        worker.send()
        worker.later(seconds=30)
    assert breaker.current(Lane.SEND).refused_operation == "submit"


@pytest.mark.parametrize("number", [REFUSALS_TO_PAUSE - 1, REFUSALS_TO_PAUSE])
def test_refusals_of_different_people_for_the_same_reason_are_about_us(number: int) -> None:
    gateway = ScriptedGateway(submit=md.Refused("institution_not_authorised", ""))
    worker = Worker(gateway)
    placed = place(number, worker)
    worker.send()
    paused = number == REFUSALS_TO_PAUSE
    assert {fresh(order).status for order in placed} == {Status.WAITING if paused else Status.REJECTED}
    if paused:
        assert breaker.current(Lane.SEND).cause_words.endswith("(institution_not_authorised)")
        gateway.answers |= {"submit": echo, "query": answer()}
        work(worker, minutes=3)
        assert {fresh(order).status for order in placed} == {Status.PROCESSING}


def test_refusals_for_different_reasons_are_verdicts() -> None:
    codes = ["photo_rejected", "holder_unknown"] * REFUSALS_TO_PAUSE
    worker = Worker(ScriptedGateway(submit=[md.Refused(code, "") for code in codes]))
    for _ in codes:
        place(1, worker)
        worker.send()
    assert set(Order.objects.values_list("status", flat=True)) == {Status.REJECTED}


def test_bad_photos_in_a_row_hold_up_nobody_for_long_and_get_their_verdicts() -> None:
    """The lane pauses, and each probe is of another order until one is accepted."""
    gateway = ScriptedGateway(submit=md.Refused("photo_rejected", ""))
    worker = Worker(gateway)
    bad = {order.pk for order in place(2 * REFUSALS_TO_PAUSE, worker)}
    worker.send()
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED

    def submit(request: md.OrderRequest) -> md.RemoteOrder:
        if request.reference in bad:
            raise md.Refused("photo_rejected", "")
        return echo(request)

    gateway.answers |= {"submit": submit, "query": answer()}
    (good,) = place(1, worker)
    work(worker, minutes=15)
    assert fresh(good).status == Status.PROCESSING
    assert set(Order.objects.filter(pk__in=bad).values_list("status", flat=True)) == {Status.REJECTED}


def test_a_pause_that_no_order_can_end_ends_when_its_health_is_good(student: Student) -> None:
    order = orders.place(student, by=student.user)
    gateway = ScriptedGateway(submit=md.NotAccepted(md.Cause.OUR_CERTIFICATE_EXPIRED), health=None)
    worker = Worker(gateway)
    worker.send()
    orders.cancel(order, by=student.user, at=worker.now)
    work(worker, minutes=2)
    assert breaker.current(Lane.SEND).state == State.CLOSED


@pytest.mark.parametrize(
    ("ours", "theirs", "cause"),
    [
        ((-3, -1), (0, 1), Cause.OUR_CERTIFICATE_EXPIRED),
        ((0, 1), (-3, -1), Cause.THEIR_CERTIFICATE_EXPIRED),
    ],
)
def test_a_certificate_that_has_expired_is_not_taken_for_an_outage(
    student: Student, tmp_path: Path, ours: tuple[int, int], theirs: tuple[int, int], cause: Cause
) -> None:
    ministry = Authority.new(tmp_path / "ministry")
    certificate = ministry.issue("portal", first_day=ours[0], last_day=ours[1])
    order = orders.place(student, by=student.user)
    with (
        server_of(ministry, ministry.issue("server", first_day=theirs[0], last_day=theirs[1])) as server,
        closing(md.Mdokumenty(server.url, timeout=5, certificate=certificate, ca=ministry.ca)) as client,
    ):
        Worker(client).send()
    sent = breaker.current(Lane.SEND)
    assert (sent.state, sent.cause) == (State.NOT_ACCEPTED, cause)
    assert (fresh(order).attention, fresh(order).failures, fresh(order).sent_at) == ("", 0, None)


def test_the_causes_in_the_database_are_those_of_the_wire() -> None:
    assert {cause.value for cause in Cause} == {cause.value for cause in md.Cause}
