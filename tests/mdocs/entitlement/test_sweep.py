"""The sweep comes to the same however often it runs, beside whom, and wherever it was cut short."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement import brake, revocation, rules
from mdocs.entitlement.sweep import sweep
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order, OrderEvent
from mdocs.orders import bulk
from mdocs.querysets import Lane, Priority
from mdocs.statuses import Status
from students import periodic
from students.half_years import half_year_end
from students.models import PeriodicTask, Student
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.entitlement.causes import CAUSES, collected
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_eligible_student

COUNTS = "Of these, not by a date that has long been known: {}.\n"
strike_off = CAUSES["struck off"][0]


@pytest.fixture
def losers(transactional_db: None) -> list[Order]:
    """Three documents whose students have been struck off without anybody hearing of it, and one that stays."""
    found = [collected() for _ in range(3)]
    for order in found:
        strike_off(order.student)
    collected()
    return found


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bulk, "BATCH", 1)
    yield


@pytest.mark.usefixtures("either_rules")
def test_two_sweeps_at_once_end_each_document_once(losers: list[Order], small_batches: None) -> None:
    together = Barrier(2)

    def end_all(_: int) -> int:
        together.wait()
        try:
            return revocation.revoke_ineligible(timezone.localdate()).total()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as sweepers:
        assert sum(sweepers.map(end_all, range(2))) == 3
    assert OrderEvent.objects.filter(new=Status.REVOKING).count() == 3
    assert not revocation.revoke_ineligible(timezone.localdate())


@pytest.mark.usefixtures("either_rules")
def test_a_row_that_somebody_holds_is_waited_for_not_skipped(losers: list[Order]) -> None:
    held = Order.objects.select_for_update().filter(pk=losers[1].pk)
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            assert list(held)
            sweep = other.submit(_sweep_in_a_thread)
            while Order.objects.filter(status=Status.REVOKING).count() < 2:
                assert not sweep.done()
        assert sweep.result() == 3
    assert {fresh(order).status for order in losers} == {Status.REVOKING}


def _sweep_in_a_thread() -> int:
    try:
        return revocation.revoke_ineligible(timezone.localdate()).total()
    finally:
        connections.close_all()


@pytest.mark.usefixtures("either_rules")
def test_what_kills_a_sweep_leaves_whole_batches_and_the_next_one_does_the_rest(
    losers: list[Order], small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rules.loss_reasons
    calls = []

    def dies(held: list[Order], day: object) -> object:
        calls.append(held)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(held, timezone.localdate())

    monkeypatch.setattr(rules, "loss_reasons", dies)
    with pytest.raises(KeyboardInterrupt):
        revocation.revoke_ineligible(timezone.localdate())
    done = Order.objects.filter(status=Status.REVOKING)
    assert done.count() == OrderEvent.objects.filter(new=Status.REVOKING).count() == 1
    monkeypatch.undo()
    revocation.revoke_ineligible(timezone.localdate())
    assert {fresh(order).status for order in losers} == {Status.REVOKING}


@pytest.mark.usefixtures("either_rules")
def test_who_is_corrected_between_the_look_and_the_lock_keeps_theirs(
    losers: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bulk.end

    def corrected_first(*args: object, **options: object) -> object:
        losers[0].student.enrolments.update(status="active", ended_on=None)
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk, "end", corrected_first)
    assert revocation.revoke_ineligible(timezone.localdate()).total() == 2
    assert fresh(losers[0]).status == Status.COLLECTED


@pytest.mark.usefixtures("either_rules")
def test_an_order_that_a_worker_is_sending_is_cancelled_after_its_answer(
    transactional_db: None, student: Student
) -> None:
    order = orders.place(student, by=None)

    def swept_meanwhile(_request: object) -> object:
        strike_off(student)
        revocation.revoke_ineligible(timezone.localdate())
        return remote(order, RemoteStatus.PROCESSING)

    gateway = ScriptedGateway(submit=swept_meanwhile, cancel=lambda *_: remote(order, RemoteStatus.CANCELLED))
    worker = Worker(gateway)
    worker.until(lambda: fresh(order).status == Status.CANCELLED)
    assert gateway.calls == ["submit", "cancel"]
    assert fresh(order).revocation_reason == "student_status_lost"


@pytest.mark.usefixtures("either_rules")
@pytest.mark.django_db(transaction=True)
def test_the_document_is_void_for_inspectors_and_mdokumenty_knows_why(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    strike_off(student)
    revocation.revoke_ineligible(timezone.localdate())
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    assert [document["status"] for document in sandbox.orders()] == ["revoked"]


@pytest.mark.usefixtures("either_rules")
def test_what_is_ended_for_many_lets_everybody_else_go_first(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    long_due = timezone.now() - timedelta(hours=1)
    for _ in range(2):
        strike_off(collected().student)
    revocation.revoke_ineligible(timezone.localdate())
    Order.objects.update(next_attempt_at=long_due)
    click = orders.place(make_eligible_student(), by=None)
    assert set(Order.objects.exclude(pk=click.pk).values_list("priority", flat=True)) == {Priority.SEND_LOW}
    assert Order.objects.due(Lane.SEND, timezone.now()).first() == click


def test_the_command_counts_as_a_run(losers: list[Order]) -> None:
    """Who runs it because its alarm says that it is late sees the alarm go."""
    late = timezone.now() - timedelta(days=3)
    PeriodicTask.objects.create(name=brake.TASK, succeeded_at=late)
    assert ("late", brake.TASK) in periodic.troubles(timezone.now())
    call_command("sweep_entitlement", stdout=StringIO())
    assert ("late", brake.TASK) not in periodic.troubles(timezone.now())
    assert PeriodicTask.objects.get(name=brake.TASK).count == len(losers)


def test_the_command_says_how_many_end_and_why(losers: list[Order]) -> None:
    def said(*arguments: str) -> str:
        out = StringIO()
        call_command("sweep_entitlement", *arguments, stdout=out)
        return out.getvalue()

    today = timezone.localdate()
    assert said("--dry-run") == f"Would end as of {today}: 3.\n  student_status_lost: 3\n" + COUNTS.format(3)
    after_half_year = half_year_end(today) + timedelta(days=1)
    assert "card_not_extended: 1" in said("--dry-run", "--date", after_half_year.isoformat())
    assert {fresh(order).status for order in losers} == {Status.COLLECTED}
    with pytest.raises(CommandError, match="add --dry-run"):
        said("--date", (today + timedelta(days=1)).isoformat())
    assert said() == (
        "Ended: 3.\n  student_status_lost: 3\n"
        "Extensions taken back with their cards: 0.\nExtended with their cards: 0.\n"
    )
    assert said("--dry-run") == f"Would end as of {today}: 0.\n" + COUNTS.format(0)


def test_a_step_that_fails_leaves_out_none_of_the_others(
    losers: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    student = make_eligible_student()
    order = collected(student)
    later = order.valid_until + timedelta(days=180)
    student.cards.update(valid_until=later)

    def fail() -> int:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(revocation, "withdraw_extensions", fail)
    with pytest.raises(ExceptionGroup, match="in part"):
        sweep(timezone.now())
    assert {fresh(loser).status for loser in losers} == {Status.REVOKING}
    assert fresh(order).extend_to == later
