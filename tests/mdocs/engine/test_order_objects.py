"""What mDokumenty says about an order, merged into what is known: newer beats older, final beats all."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mdocs import orders, schedule
from mdocs.engine import claims, failures, responses, sending
from mdocs.engine.gateway import RoundResult
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import FINAL, LIVE, Attention, Failure, Reason, Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, codes, remote
from tests.mdocs.engine.worker import Worker, fresh, history, make_due
from tests.mdocs.factories import make_order

pytestmark = pytest.mark.django_db

R, S = RemoteStatus, Status
# Where an order of ours goes when mDokumenty says, newly, that it is so there. What is not named leaves it as it is.
GOES_TO: dict[Status, dict[RemoteStatus, Status]] = {
    S.WAITING: {
        R.PENDING: S.PROCESSING,
        R.PROCESSING: S.PROCESSING,
        R.UNKNOWN: S.PROCESSING,
        R.READY: S.READY,
        R.COLLECTED: S.COLLECTED,
        R.REJECTED: S.REJECTED,
    },
    S.PROCESSING: {R.READY: S.READY, R.COLLECTED: S.COLLECTED, R.REJECTED: S.REJECTED},
    S.READY: {R.COLLECTED: S.COLLECTED},
    S.COLLECTED: {},
    S.CANCELLING: {R.COLLECTED: S.REVOKING, R.REJECTED: S.CANCELLED},
    S.REVOKING: {R.REJECTED: S.CANCELLED},
}
BY_THEMSELVES = {R.EXPIRED: S.EXPIRED, R.CANCELLED: S.CANCELLED, R.REVOKED: S.REVOKED}


@pytest.mark.parametrize("there", RemoteStatus)
@pytest.mark.parametrize("here", Status)
def test_every_answer_in_every_state(student: Student, here: Status, there: RemoteStatus) -> None:
    order = make_order(student, here)
    responses.record_answer(order, remote(order, there), timezone.now())
    expected = here if here in FINAL else (GOES_TO[here] | BY_THEMSELVES).get(there, here)
    assert fresh(order).status == expected
    assert [event.new for event in order.events.all()] == ([] if expected == here else [expected])


@pytest.mark.parametrize("there", sorted(set(RemoteStatus) - {R.PENDING, R.PROCESSING}))
@pytest.mark.parametrize("here", [S.PROCESSING, S.READY, S.COLLECTED])
def test_an_older_answer_changes_nothing(student: Student, here: Status, there: RemoteStatus) -> None:
    order = make_order(student, here)
    older = timezone.now() - timedelta(seconds=5)
    responses.record_answer(order, remote(order, there, updated_at=older, codes=codes("old")), timezone.now())
    order = fresh(order)
    assert (order.status, order.qr_token == "old") == (here, False)
    assert order.remote_updated_at and order.remote_updated_at > older


def test_what_we_asked_for_and_was_done_counts_whatever_their_clock_says(student: Student) -> None:
    order = make_order(student, S.CANCELLING)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Worker(ScriptedGateway(cancel=remote(order, R.CANCELLED, updated_at=an_hour_ago))).send()
    assert fresh(order).status == S.CANCELLED


def test_new_codes_replace_the_old_ones(student: Student) -> None:
    order = make_order(student, S.READY)
    worker = Worker(ScriptedGateway(query=answer(remote(order, R.READY, codes=codes("new token", "NEW123")))))
    worker.poll()
    order = fresh(order)
    assert (order.qr_token, order.activation_code) == ("new token", "NEW123")
    assert history(order) == []


def test_codes_under_somebody_elses_reference_never_come_to_this_student(
    student: Student, other_student: Student, caplog: pytest.LogCaptureFixture
) -> None:
    mine, theirs = make_order(student, S.PROCESSING), make_order(other_student, S.CANCELLED)
    gateway = ScriptedGateway(
        query=answer(remote(mine, R.READY, client_reference=theirs.pk, codes=codes("somebody else's")))
    )
    Worker(gateway).poll()
    assert (fresh(mine).status, fresh(mine).qr_token) == (S.PROCESSING, None)
    assert fresh(theirs).status == S.CANCELLED
    assert any(record.levelno == logging.ERROR for record in caplog.records)


@pytest.mark.parametrize(
    ("status", "operation", "there"),
    [
        (S.WAITING, "submit", R.READY),
        (S.CANCELLING, "cancel", R.CANCELLED),
        (S.REVOKING, "revoke", R.REVOKED),
        (S.COLLECTED, "extend", R.REVOKED),
    ],
)
def test_an_answer_under_somebody_elses_reference_counts_for_no_call(
    student: Student, other_student: Student, status: Status, operation: str, there: RemoteStatus
) -> None:
    order = orders.place(student, by=None) if status == S.WAITING else make_order(student, status)
    if status == S.COLLECTED:
        orders.extend(order, order.valid_until + timedelta(days=30), by=None)
    theirs = make_order(other_student, S.CANCELLED)
    worker = Worker(ScriptedGateway(**{operation: remote(order, there, client_reference=theirs.pk)}))
    worker.send()
    order = fresh(order)
    assert (order.status, order.last_failure) == (status, "outcome_unknown")
    assert (order.next_attempt_at or worker.now) > worker.now


def test_a_second_number_for_the_same_order_is_not_taken_for_the_first(student: Student) -> None:
    order = make_order(student, S.PROCESSING, mdokumenty_id="mD-first")
    responses.record_answer(order, remote(order, R.READY, order_id="mD-second"), timezone.now())
    assert (fresh(order).status, fresh(order).mdokumenty_id) == (S.PROCESSING, "mD-first")


def test_an_order_with_two_numbers_there_is_not_called_about_without_pause(student: Student) -> None:
    order = make_order(student, S.REVOKING)
    gateway = ScriptedGateway(revoke=lambda *_: remote(order, R.REVOKED, order_id="mD-second"))
    worker = Worker(gateway)
    calls = []
    for _ in range(6):
        worker.send()
        worker.send()
        calls.append(len(gateway.calls))
        worker.later(minutes=16)
    assert calls == [1, 2, 3, 4, 5, 6]
    assert (fresh(order).status, fresh(order).mdokumenty_id) == (S.REVOKING, order.mdokumenty_id)
    assert (fresh(order).failures, fresh(order).last_failure) == (6, Failure.CONFLICT)


def test_a_status_that_nobody_knows_keeps_what_we_know(student: Student) -> None:
    order = make_order(student, S.READY)
    before = (order.status, order.qr_token)
    worker = Worker(ScriptedGateway(query=answer(remote(order, R.UNKNOWN))))
    worker.poll()
    order = fresh(order)
    assert (order.status, order.qr_token) == before
    assert (order.next_attempt_at or worker.now) > worker.now


def test_orders_with_one_poisonous_answer_among_them_are_all_recorded(
    student: Student, other_student: Student
) -> None:
    poisoned, healthy = make_order(student, S.PROCESSING), make_order(other_student, S.PROCESSING)
    gateway = ScriptedGateway(
        query=answer(
            remote(poisoned, R.READY, codes=replace(codes(), expire_at=None)),  # type: ignore[arg-type]
            remote(healthy, R.READY),
        )
    )
    Worker(gateway).poll()
    assert (fresh(poisoned).status, fresh(poisoned).attention) == (S.PROCESSING, "internal_error")
    assert fresh(healthy).status == S.READY


def test_an_order_that_cannot_lapse_keeps_no_other_from_being_asked_about(
    student: Student, other_student: Student
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE mdocs_order ADD CHECK (NOT (status = 'lapsed' AND album_number = 'stuck'))"
        )
    yesterday = timezone.localdate() - timedelta(days=1)
    stuck = make_order(student, S.COLLECTED, valid_until=yesterday, album_number="stuck")
    healthy = make_order(other_student, S.PROCESSING)
    Worker(ScriptedGateway(query=answer(remote(healthy, R.READY)))).poll()
    assert (fresh(stuck).status, fresh(stuck).attention) == (S.COLLECTED, "internal_error")
    assert fresh(healthy).status == S.READY


def test_a_number_that_is_taken_stops_its_own_order_only(student: Student, other_student: Student) -> None:
    first, second = orders.place(student, by=None), orders.place(other_student, by=None)
    gateway = ScriptedGateway(
        submit=lambda request: remote(
            Order(pk=request.reference, valid_until=request.valid_until), R.PENDING, order_id="mD-the-same"
        )
    )
    Worker(gateway).send()
    states = sorted((fresh(order).status, fresh(order).attention) for order in (first, second))
    assert states == [(S.PROCESSING, ""), (S.WAITING, "internal_error")]


@pytest.mark.parametrize("unreadable", ["holder", "photo"])
def test_data_that_cannot_be_read_stop_their_own_order_only(
    student: Student, other_student: Student, unreadable: str
) -> None:
    broken, healthy = orders.place(student, by=None), orders.place(other_student, by=None)
    if unreadable == "holder":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE mdocs_order SET holder = 'not a token' WHERE id = %s", [broken.pk])
    else:
        assert broken.photo is not None
        broken.photo.file.storage.delete(broken.photo.file.name)
    Worker(ScriptedGateway(submit=remote(healthy, R.READY))).send()
    state = Order.objects.values_list("status", "attention", "sent_at").get(pk=broken.pk)
    assert state == (S.WAITING, Attention.DATA_UNREADABLE if unreadable == "holder" else "", None)
    assert fresh(healthy).status == S.READY
    orders.cancel(broken, by=None)
    assert fresh(broken).status == S.CANCELLED


# Two workers, of whom the first was given up too early

LEASE = timedelta(seconds=45)


def overtaken(student: Student) -> tuple[Order, Order]:
    """Return the claims of a slow worker and of the one who took its order over."""
    now = timezone.now()
    order = orders.place(student, by=None, at=now)
    (slow,) = claims.claim_due(Lane.SEND, now, 1, LEASE)
    (second,) = claims.claim_due(Lane.SEND, now + LEASE, 1, LEASE)
    assert slow.pk == second.pk == order.pk
    return slow, second


def test_a_worker_that_has_slept_longer_than_its_lease_sends_nothing(student: Student) -> None:
    slow, _ = overtaken(student)
    gateway = ScriptedGateway()
    sending.send([slow], gateway, RoundResult(), lambda: slow.leased_until or timezone.now())
    assert gateway.calls == []


@pytest.mark.parametrize(("overdue", "becomes"), [(False, S.PROCESSING), (True, S.CANCELLED)])
def test_an_order_kept_beyond_its_last_valid_day_is_not_sent(
    student: Student, overdue: bool, becomes: Status
) -> None:
    order = orders.place(student, by=None)
    midnight = schedule.first_moment_after(order)
    gateway = ScriptedGateway(submit=remote(order, R.PENDING))
    Worker(gateway, midnight if overdue else midnight - timedelta(seconds=1)).send()
    assert (fresh(order).status, gateway.calls) == (becomes, [] if overdue else ["submit"])
    reason = Reason.NEVER_SENT if overdue else Reason.ACCEPTED
    assert order.events.latest("id").reason == reason


@pytest.mark.parametrize("arrived", [False, True])
def test_what_may_have_been_sent_is_asked_for_after_its_last_day(student: Student, arrived: bool) -> None:
    order = orders.place(student, by=None)
    Order.objects.update(sent_at=timezone.now())
    found = remote(order, R.PENDING) if arrived else None
    gateway = ScriptedGateway(find=found, cancel=remote(order, R.CANCELLED))
    worker = Worker(gateway, schedule.first_moment_after(order))
    for _ in range(3 if arrived else 2):
        make_due(order, worker.now)
        worker.send()
    assert gateway.calls == (["find", "cancel"] if arrived else ["find"]), (
        "never sent with a date of the past"
    )
    assert fresh(order).status == S.CANCELLED


def test_a_failure_that_comes_late_counts_for_less_than_an_answer(student: Student) -> None:
    slow, second = overtaken(student)
    responses.record_answer(second, remote(second, R.READY), timezone.now())
    before = Order.objects.values().get()
    failures.record_failure(slow, Failure.OUTCOME_UNKNOWN, timezone.now())
    failures.record_attention(slow, Attention.OUR_MISTAKE, timezone.now(), not_done=True)
    failures.record_postponed(slow, timezone.now())
    assert Order.objects.values().get() == before


def test_data_let_go_after_a_late_answer_are_not_missed(student: Student) -> None:
    slow, second = overtaken(student)
    responses.record_answer(slow, remote(slow, R.PENDING), timezone.now())
    failures.record_attention(second, Attention.DATA_UNREADABLE, timezone.now(), not_done=True)
    order = fresh(slow)
    assert (order.status, order.attention, order.leased_until) == (S.PROCESSING, "", None)
    assert order.next_attempt_at is not None


def test_a_late_answer_does_not_take_the_order_from_who_has_it_now(student: Student) -> None:
    slow, second = overtaken(student)
    responses.record_answer(slow, remote(slow, R.READY), timezone.now())
    order = fresh(slow)
    assert (order.status, order.leased_until) == (S.READY, second.leased_until)


def test_what_certainly_was_not_sent_by_the_second_may_have_been_by_the_first(student: Student) -> None:
    _, second = overtaken(student)
    failures.record_failure(second, Failure.UNREACHABLE, timezone.now(), not_done=True)
    orders.cancel(second, by=None)
    assert fresh(second).status == S.CANCELLING


@pytest.mark.parametrize("status", sorted(LIVE))
def test_no_answer_leaves_a_live_order_without_a_next_step(student: Student, status: Status) -> None:
    order = make_order(student, status)
    for there in (R.UNKNOWN, R.PENDING, R.READY, R.COLLECTED):
        claim = fresh(order)
        responses.record_answer(claim, remote(claim, there), timezone.now())
        assert fresh(order).next_attempt_at is not None
