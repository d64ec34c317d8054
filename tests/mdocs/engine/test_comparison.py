"""A comparison with mDokumenty: what counts as a difference, what a dry run leaves alone, and how it asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs.engine import reconciliation
from mdocs.engine.comparison import Difference, DifferenceKind, compare
from mdocs.engine.references import Reference
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order, OrphanDocument, Reconciliation
from mdocs.statuses import Status
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_student

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


def unknown(ids: Sequence[str]) -> md.QueryAnswer:
    """Know none of these orders."""
    return answer(missing=ids)


@pytest.mark.parametrize("status", [Status.WAITING, Status.REVOKED])
def test_what_was_never_sent_or_is_over_need_not_be_known_there(student: Student, status: Status) -> None:
    make_order(student, status)
    gateway = ScriptedGateway(query=unknown, find=None)
    ((batch, differences),) = reconciliation.Comparison(gateway).of_orders()
    assert (len(batch), differences) == (1, [])


@pytest.mark.parametrize(
    ("here", "there", "kind"),
    [
        (Status.REVOKING, RemoteStatus.COLLECTED, None),
        (Status.REVOKING, RemoteStatus.REVOKED, DifferenceKind.STATE),
        (Status.REVOKING, RemoteStatus.UNKNOWN, None),
        (Status.READY, RemoteStatus.READY, None),
        (Status.READY, RemoteStatus.COLLECTED, DifferenceKind.STATE),
        (Status.READY, RemoteStatus.UNKNOWN, None),
    ],
)
def test_what_is_on_its_way_out_here_may_live_there(
    student: Student, here: Status, there: RemoteStatus, kind: DifferenceKind | None
) -> None:
    order, now = make_order(student, here), timezone.now()
    assert compare(order, remote(order, there), now, timezone.localdate(now)) == kind


@pytest.mark.parametrize("days", [0, 1])
def test_a_document_lives_there_until_its_last_day_is_over(student: Student, days: int) -> None:
    order, now = make_order(student, Status.LAPSED), timezone.now()
    today = order.valid_until + timedelta(days=days)
    expected = None if days else DifferenceKind.ALIVE_THERE
    assert compare(order, remote(order, RemoteStatus.COLLECTED), now, today) == expected


@pytest.mark.parametrize("dry", [True, False])
def test_only_a_run_that_is_not_dry_does_something_about_a_difference(dry: bool) -> None:
    now = timezone.now()
    ended, other_number, forgotten = (
        make_order(
            make_student(), status, next_attempt_at=None if status == Status.CANCELLED else now + A_MINUTE
        )
        for status in (Status.CANCELLED, Status.PROCESSING, Status.COLLECTED)
    )
    said = {
        ended.pk: remote(ended, RemoteStatus.READY, order_id="mD-ended"),
        other_number.pk: remote(other_number, RemoteStatus.READY, order_id="mD-other"),
        forgotten.pk: None,
    }
    gateway = ScriptedGateway(query=unknown, find=said.get)
    ((_batch, differences),) = reconciliation.Comparison(gateway, lambda: now, dry=dry).of_orders()
    assert {(each.kind, each.number, each.mended) for each in differences} == {
        ("alive_there", "mD-ended", True),
        ("other_number", "mD-other", False),
        ("unknown_there", forgotten.mdokumenty_id, False),
    }
    assert OrphanDocument.objects.exists() != dry
    assert fresh(other_number).attention == ("" if dry else "key_conflict")
    asked_again = fresh(other_number).next_attempt_at
    assert asked_again and (asked_again - now > A_MINUTE) != dry, "slowly, in case it mends itself"
    assert fresh(forgotten).next_attempt_at == (now + A_MINUTE if dry else now)


def test_a_run_counts_what_is_left_and_keeps_a_thousand_differences(student: Student) -> None:
    order = make_order(student, Status.COLLECTED)
    earlier = Difference(DifferenceKind.STATE, str(uuid4()), "mD-1", "ready", "collected").as_json()
    run = Reconciliation.objects.create(cause="weekly", differences=[earlier] * 1000, left=1000)
    assert reconciliation.run(run, ScriptedGateway(query=unknown, find=None))
    assert (run.left, run.mended, run.asked, len(run.differences)) == (1001, 0, 1, 1000)
    assert fresh(order).status == Status.COLLECTED


def test_a_run_whose_process_died_is_taken_over_five_minutes_later(student: Student) -> None:
    make_order(student, Status.COLLECTED)
    run = Reconciliation.objects.create(cause="weekly")
    now, five_minutes = timezone.now(), timedelta(minutes=5)

    def is_taken_over(at: datetime) -> bool:
        gateway = ScriptedGateway(query=unknown, find=None)
        return reconciliation.run(Reconciliation.objects.get(), gateway, clock=lambda: at)

    def die(_ids: Sequence[str]) -> None:
        assert not is_taken_over(now + five_minutes - timedelta(seconds=1))
        assert is_taken_over(now + five_minutes)
        raise SystemExit

    with pytest.raises(SystemExit):
        reconciliation.run(run, ScriptedGateway(query=die), clock=lambda: now)


def test_references_are_asked_about_by_their_numbers_in_one_call() -> None:
    there = [
        remote(Order(pk=uuid4(), valid_until=timezone.localdate()), RemoteStatus.READY) for _ in range(3)
    ]
    lost = [Reference(each.client_reference, each.order_id) for each in there]
    gateway = ScriptedGateway(query=answer(*there))
    ((size, differences),) = reconciliation.Comparison(gateway).of_references(lost)
    assert (size, {each.number for each in differences}) == (3, {each.order_id for each in there})
    assert gateway.calls == ["query"]


def test_no_question_is_about_more_than_a_hundred_orders() -> None:
    for _ in range(101):
        make_order(make_student(photo=None), Status.PROCESSING)
    asked = list[int]()

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        asked.append(len(ids))
        return answer()

    gateway = ScriptedGateway(query=query)
    assert sum(len(batch) for batch, _ in reconciliation.Comparison(gateway).of_orders()) == 101
    worker = Worker(gateway)
    assert worker.poll() + worker.poll() == 101
    assert asked == [100, 1] * 2
