"""When an order is looked at next after an answer, and what of earlier failures is forgotten."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.engine import responses
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Failure, Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

NEXT_YEAR = date(timezone.localdate().year + 1, 10, 31)
FAILED: dict[str, Any] = {"failures": 3, "last_failure": Failure.UNREACHABLE, "attention": "our_mistake"}
R, S = RemoteStatus, Status


def answered(order: Order, there: RemoteStatus) -> tuple[Order, float]:
    """Record an answer; return the order, and the seconds until it is looked at again."""
    now = timezone.now()
    responses.record_answer(order, remote(order, there), now)
    order = fresh(order)
    return order, ((order.next_attempt_at or now) - now).total_seconds()


@pytest.mark.parametrize(
    ("here", "there", "fields"),
    [
        (S.CANCELLING, R.PROCESSING, {}),
        (S.REVOKING, R.COLLECTED, {}),
        (S.COLLECTED, R.COLLECTED, {"extend_to": NEXT_YEAR}),
    ],
)
def test_what_has_not_come_about_is_asked_for_ever_more_slowly(
    student: Student, here: Status, there: RemoteStatus, fields: dict[str, Any]
) -> None:
    order, pause = answered(make_order(student, here, **FAILED, **fields), there)
    assert (order.failures, order.last_failure, order.attention) == (4, "", "")
    assert 4 <= pause <= 8


@pytest.mark.parametrize(
    ("here", "there", "shortest", "longest"),
    [
        (S.WAITING, R.PENDING, 1, 2),
        (S.PROCESSING, R.PROCESSING, 0.8, 1.3),  # a sixtieth of what it has waited, but a second
        (S.PROCESSING, R.READY, 240, 360),
        (S.READY, R.READY, 240, 360),
        (S.COLLECTED, R.COLLECTED, 60 * 60, 29 * 60 * 60),  # a day, or the end of its last valid day
    ],
)
def test_an_order_that_goes_its_way_is_asked_about_at_its_own_pace(
    student: Student, here: Status, there: RemoteStatus, shortest: float, longest: float
) -> None:
    order, pause = answered(make_order(student, here, **FAILED), there)
    assert (order.failures, order.last_failure, order.attention) == (0, "", "")
    assert shortest <= pause <= longest


@pytest.mark.parametrize("act", [orders.revoke, lambda order, by: orders.extend(order, NEXT_YEAR, by=by)])
def test_what_was_asked_for_while_the_question_was_under_way_is_done_at_once(
    student: Student, act: Any
) -> None:
    claimed = make_order(student, S.READY if act is not orders.revoke else S.COLLECTED)
    act(fresh(claimed), by=student.user)
    order, pause = answered(claimed, R.COLLECTED)
    assert (order.failures, pause) == (0, 0)


def test_the_moment_at_which_the_codes_came_is_kept(student: Student) -> None:
    order, now = make_order(student, S.PROCESSING), timezone.now()
    responses.record_answer(order, remote(order, R.READY), now)
    responses.record_answer(fresh(order), remote(order, R.COLLECTED), now + timedelta(hours=1))
    assert (fresh(order).status, fresh(order).ready_at) == (S.COLLECTED, now)


@pytest.mark.parametrize("trouble", [{"failures": 3}, {"attention": "our_mistake"}])
def test_an_answer_without_news_is_the_end_of_earlier_trouble(
    student: Student, trouble: dict[str, Any]
) -> None:
    order = make_order(student, S.PROCESSING, **trouble)
    same = remote(order, R.PROCESSING, updated_at=order.remote_updated_at)
    Worker(ScriptedGateway(query=answer(same))).poll()
    assert (fresh(order).failures, fresh(order).attention) == (0, "")


@pytest.mark.parametrize(
    ("here", "there", "reason"),
    [
        (S.CANCELLING, R.CANCELLED, Reason.CONFIRMED),
        (S.REVOKING, R.REVOKED, Reason.CONFIRMED),
        (S.REVOKING, R.EXPIRED, Reason.ENDED_THERE),
        (S.COLLECTED, R.REVOKED, Reason.ENDED_THERE),
    ],
)
def test_an_end_that_we_asked_for_is_told_from_one_that_came_from_there(
    student: Student, here: Status, there: RemoteStatus, reason: Reason
) -> None:
    order = make_order(student, here)
    responses.record_answer(order, remote(order, there), timezone.now())
    assert order.events.get().reason == reason


@pytest.mark.parametrize("here", [S.PROCESSING, S.CANCELLED])
def test_a_refusal_that_comes_late_ends_no_order_that_was_taken_or_is_over(
    student: Student, here: Status
) -> None:
    order = make_order(student, here)
    responses.record_refusal(order, "holder_unknown", timezone.now())
    assert (fresh(order).status, order.events.count()) == (here, 0)


@pytest.mark.parametrize(
    ("here", "fields", "record"),
    [
        (S.WAITING, {}, lambda order, now: responses.record_earlier_document(order, "mD-earlier", now)),
        (S.WAITING, {"blocked_by": "mD-earlier"}, responses.record_earlier_ended),
        (S.CANCELLING, {}, responses.record_collected_first),
    ],
)
def test_what_has_to_be_done_instead_is_due_at_once(
    student: Student, here: Status, fields: dict[str, Any], record: Any
) -> None:
    now = timezone.now()
    order = make_order(student, here, next_attempt_at=now + timedelta(days=1), **fields)
    record(order, now)
    assert fresh(order).next_attempt_at == now


def test_an_end_that_cannot_be_is_asked_about_again(student: Student) -> None:
    order, now = make_order(student, S.PROCESSING), timezone.now()
    responses.record_ended(order, R.PENDING, now)
    order = fresh(order)
    assert (order.status, order.failures) == (S.PROCESSING, 1)
    assert timedelta() < (order.next_attempt_at or now) - now <= timedelta(seconds=1)


def test_an_answer_of_the_same_moment_counts(student: Student) -> None:
    order = make_order(student, S.READY)
    same = remote(order, R.COLLECTED, updated_at=order.remote_updated_at)
    Worker(ScriptedGateway(query=answer(same))).poll()
    assert fresh(order).status == S.COLLECTED


def test_an_answer_is_measured_against_the_newest_that_there_was(student: Student) -> None:
    order = make_order(student, S.PROCESSING)
    begun = timezone.now()
    at = begun + timedelta(minutes=20)
    for there, minutes in ((R.READY, 10), (R.COLLECTED, 5)):
        there_at = begun + timedelta(minutes=minutes)
        responses.record_answer(fresh(order), remote(order, there, updated_at=there_at), at)
    assert fresh(order).status == S.READY


@pytest.mark.parametrize(("watched_for", "shortest", "longest"), [(60, 2, 4), (-60, 240, 360)])
def test_codes_are_asked_about_often_only_while_their_student_looks(
    student: Student, watched_for: int, shortest: float, longest: float
) -> None:
    until = timezone.now() + timedelta(seconds=watched_for)
    order = make_order(student, S.READY, poll_fast_until=until)
    worker = Worker(ScriptedGateway(query=answer(remote(order, R.READY, updated_at=order.remote_updated_at))))
    worker.poll()
    pause = (fresh(order).next_attempt_at or worker.now) - worker.now
    assert shortest <= pause.total_seconds() <= longest
