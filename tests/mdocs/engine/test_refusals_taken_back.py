"""The first holders of a run of equal refusals are ordered for anew, and a real refusal stays one."""

import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine import breaker
from mdocs.engine.breaker import State
from mdocs.engine.refusals import REFUSALS_TO_PAUSE
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Reason, Status
from notifications import outbox
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.messages.rendering import render_message
from students.models import Student, StudentCard
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo
from tests.mdocs.engine.test_whose_no import MISTAKE, place, set_aside, work
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.students.factories import make_eligible_student

pytestmark = pytest.mark.django_db

CODE = "institution_not_authorised"


def gateway_of(worker: Worker) -> ScriptedGateway:
    """Return the stand-in for mDokumenty, of which a test changes the answers."""
    assert isinstance(worker.gateway, ScriptedGateway)
    return worker.gateway


def refuse(number: int, worker: Worker, code: str = CODE) -> list[Order]:
    """Place so many orders one after the other, each refused before the next."""
    gateway_of(worker).answers["submit"] = md.Refused(code, "")
    refused = []
    for _ in range(number):
        refused += place(1, worker)
        worker.send()
        worker.later(minutes=1)
    return refused


def successor(order: Order) -> Order | None:
    """Return the order that its student has after this one."""
    return Order.objects.filter(student=order.student_id, created_at__gt=order.created_at).first()


@pytest.fixture
def worker() -> Worker:
    return Worker(ScriptedGateway(query=answer()))


@pytest.mark.parametrize("code", [CODE, "holder_unknown", "brand_new"])
def test_those_who_were_refused_before_the_run_was_known_are_ordered_for_anew(
    worker: Worker, code: str
) -> None:
    refused = refuse(REFUSALS_TO_PAUSE, worker, code)
    *first, last = refused
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    assert {fresh(order).status for order in first} == {Status.REJECTED}, "a final state is never left"
    assert (fresh(last).status, successor(last)) == (Status.WAITING, None)
    placed = [successor(order) for order in first]
    reasons = [order.events.get().reason for order in placed if order]
    assert reasons == [Reason.ORDERED_AFTER_REFUSALS] * len(first)

    gateway_of(worker).answers["submit"] = echo
    work(worker, minutes=3)
    assert {history(order)[-1] for order in (*placed, last) if order} == {Status.PROCESSING}


def test_the_student_is_told_of_both(worker: Worker) -> None:
    first = refuse(REFUSALS_TO_PAUSE, worker)[0]
    outbox.dispatch()
    told = list(Message.objects.filter(student=first.student_id).order_by("event").with_event_and_order())
    assert [message.kind for message in told] == [
        NotificationType.RECEIVED,
        NotificationType.REFUSED,
        NotificationType.RECEIVED,
    ]
    for language, words in (("pl", "jeszcze raz"), ("en", "once more")):
        with translation.override(language):
            assert words in render_message(told[-1]).subject


def test_a_real_refusal_stays_one(worker: Worker) -> None:
    """Another code, an order accepted in between, and too long ago: none of these is of the run."""
    others = refuse(2, worker, "holder_data_mismatch")
    before = refuse(2, worker)
    gateway_of(worker).answers["submit"] = echo
    place(1, worker)
    worker.send()
    long_ago = refuse(2, worker)
    worker.later(days=8)
    refuse(REFUSALS_TO_PAUSE - 2, worker)
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    assert [successor(order) for order in (*others, *before, *long_ago)] == [None] * 6


def test_a_photo_that_was_rejected_is_not_sent_once_more(worker: Worker) -> None:
    first = refuse(REFUSALS_TO_PAUSE, worker, "photo_rejected")[:-1]
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    assert [successor(order) for order in first] == [None] * len(first)


def lose_the_right(student: Student) -> None:
    StudentCard.objects.filter(student=student).update(valid_until=timezone.localdate() - timedelta(days=1))


def order_again(student: Student) -> None:
    orders.place(student, by=student.user)


@pytest.mark.parametrize("act", [order_again, lose_the_right])
def test_who_has_ordered_since_or_may_not_any_more_gets_no_second_order(
    worker: Worker, act: Callable[[Student], None]
) -> None:
    first = refuse(REFUSALS_TO_PAUSE - 1, worker)[0]
    act(first.student)
    number = Order.objects.filter(student=first.student_id).count()
    for order in refuse(1, worker):
        assert fresh(order).status == Status.WAITING
    assert Order.objects.filter(student=first.student_id).count() == number


def test_one_person_who_orders_again_and_again_is_no_run(worker: Worker) -> None:
    student = make_eligible_student()
    gateway_of(worker).answers["submit"] = md.Refused("holder_unknown", "")
    for _ in range(2 * REFUSALS_TO_PAUSE):
        orders.place(student, by=student.user, at=worker.now)
        worker.send()
        worker.later(minutes=1)
    assert breaker.current(Lane.SEND).state == State.CLOSED
    assert set(Order.objects.values_list("status", flat=True)) == {Status.REJECTED}


def test_where_it_was_about_the_holders_after_all_they_are_refused_once_more_and_no_third_time(
    worker: Worker,
) -> None:
    bad = {order.album_number for order in refuse(REFUSALS_TO_PAUSE, worker, "holder_unknown")}

    def submit(request: md.OrderRequest) -> md.RemoteOrder:
        if request.student_number in bad:
            raise md.Refused("holder_unknown", "")
        return echo(request)

    gateway_of(worker).answers["submit"] = submit
    (good,) = place(1, worker)
    work(worker, minutes=20)
    assert fresh(good).status == Status.PROCESSING
    of_bad = Order.objects.filter(album_number__in=bad)
    assert set(of_bad.values_list("status", flat=True)) == {Status.REJECTED}
    assert of_bad.count() == 2 * REFUSALS_TO_PAUSE - 1


def test_a_refusal_from_before_a_pause_for_another_reason_does_not_prolong_it(worker: Worker) -> None:
    gateway_of(worker).answers["submit"] = [
        MISTAKE,
        md.NotAccepted(md.Cause.OUR_CERTIFICATE_EXPIRED),
        MISTAKE,
    ]
    for _ in range(2):
        place(1, worker)
        worker.send()
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    worker.later(minutes=2)
    worker.send()
    assert (breaker.current(Lane.SEND).state, set_aside()) == (State.CLOSED, 2)


@pytest.mark.parametrize("within_an_hour", [True, False])
def test_for_an_hour_after_the_pause_the_same_refusals_are_verdicts(
    worker: Worker, within_an_hour: bool
) -> None:
    refuse(REFUSALS_TO_PAUSE, worker, "holder_unknown")
    gateway_of(worker).answers["submit"] = echo
    work(worker, minutes=3)
    accepted_at = breaker.current(Lane.SEND).changed_at
    worker.now = accepted_at + timedelta(hours=1) - timedelta(seconds=within_an_hour)
    gateway_of(worker).answers["submit"] = md.Refused("holder_unknown", "")
    placed = place(REFUSALS_TO_PAUSE, worker)
    worker.send()
    statuses = {fresh(order).status for order in placed}
    assert statuses == {Status.REJECTED if within_an_hour else Status.WAITING}


def test_a_worker_that_dies_before_it_pauses_leaves_the_run_to_the_next(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = refuse(REFUSALS_TO_PAUSE - 1, worker)
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr("mdocs.engine.refusals._take_up_again", lambda *_: sys.exit())
        refuse(1, worker)
    assert (breaker.current(Lane.SEND).state, successor(first[0])) == (State.CLOSED, None)
    worker.later(minutes=2)
    refuse(1, worker)
    assert breaker.current(Lane.SEND).state == State.NOT_ACCEPTED
    assert all(successor(order) for order in first)
    assert timedelta(0) < worker.now - first[0].created_at
