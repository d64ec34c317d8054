"""From every state, whatever holds an order up, student or staff can bring it to its end."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.statuses import ENDING, FINAL, LIVE, Attention, RevocationReason, Status
from students.models import Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_rules")]


def knows(order: Order) -> ScriptedGateway:
    """Return an mDokumenty that has the order, and does what it is asked."""
    known = remote(order, RemoteStatus.PROCESSING)
    return ScriptedGateway(
        submit=known,
        find=known,
        cancel=remote(order, RemoteStatus.CANCELLED),
        revoke=remote(order, RemoteStatus.REVOKED),
        query=answer(known),
    )


def does_not_know(order: Order) -> ScriptedGateway:
    """Return one that has never heard of it; under its key there is something else."""

    def missing(ids: Sequence[str]) -> md.QueryAnswer:
        return answer(missing=ids)

    unknown = md.OrderUnknown()
    return ScriptedGateway(
        submit=md.IdempotencyConflict(), find=None, cancel=unknown, revoke=unknown, query=missing
    )


def understands_nothing(order: Order) -> ScriptedGateway:
    """Return one that takes every call for a mistake."""
    mistake = md.OurMistake("bad_request")
    return ScriptedGateway(submit=mistake, find=mistake, cancel=mistake, revoke=mistake, query=mistake)


# What was to be sent is kept only as long as it may have to be.
READABLE = [(Status.WAITING, True), (Status.CANCELLING, True)]


@pytest.mark.parametrize("server", [knows, does_not_know, understands_nothing])
@pytest.mark.parametrize("attention", ["", *Attention])
@pytest.mark.parametrize(("status", "readable"), [*((status, False) for status in sorted(LIVE)), *READABLE])
def test_staff_can_end_it(
    student: Student,
    clerk: User,
    status: Status,
    readable: bool,
    attention: str,
    server: Callable[[Order], ScriptedGateway],
) -> None:
    if readable:
        order = orders.place(student, by=None)
        Order.objects.update(status=status, attention=attention, sent_at=timezone.now())
    else:
        order = make_order(student, status, attention=attention, sent_at=timezone.now())
    worker = Worker(server(order))
    if status not in ENDING:
        orders.end(order, by=clerk, reason=RevocationReason.HOLDER_REQUEST)
    for _ in range(3):
        worker.later(hours=1)
        worker.send()
        worker.poll()
    if fresh(order).status not in FINAL:
        orders.write_off(order, by=clerk)
    assert fresh(order).status in FINAL
    assert orders.place(student, by=student.user).status == Status.WAITING


def test_a_student_can_end_what_can_never_be_sent(student: Student) -> None:
    order = make_order(student, Status.WAITING, sent_at=timezone.now(), holder="not json at all")
    worker = Worker(ScriptedGateway(find=remote(order, RemoteStatus.PROCESSING)))
    orders.cancel(order, by=student.user)
    worker.later(seconds=1)
    worker.send()
    assert fresh(order).mdokumenty_id is not None  # it had arrived: asked for by its reference
    worker.gateway = ScriptedGateway(cancel=remote(fresh(order), RemoteStatus.CANCELLED))
    worker.later(seconds=5)
    worker.send()
    assert fresh(order).status == Status.CANCELLED


def test_what_cannot_be_sent_again_and_is_not_there_waits_for_its_data(student: Student) -> None:
    order = make_order(student, Status.WAITING, sent_at=timezone.now(), holder="not json at all")
    gateway = ScriptedGateway(find=None)
    worker = Worker(gateway)
    worker.send()
    waiting = fresh(order)
    assert (waiting.status, waiting.attention) == (Status.WAITING, Attention.DATA_UNREADABLE)
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at <= worker.now + timedelta(minutes=20)
    assert gateway.calls == ["find"]


def test_what_ends_it_is_not_offered_while_it_goes_on(student: Student) -> None:
    assert not any(orders.can_be_written_off(Order(student=student, status=status)) for status in Status)
