"""What happens to an mLegitymacja when something happens to the plastic card it was issued on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mdocs import orders
from mdocs.mdokumenty import AlreadyCollected, RemoteStatus
from mdocs.models import Order
from mdocs.statuses import Reason, Status
from students.cards import end_card, extend_card
from students.models import EndReason, Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh, history
from tests.mdocs.factories import make_order
from tests.mdocs.sandbox_process import Sandbox
from tests.students.factories import make_card

pytestmark = pytest.mark.django_db(transaction=True)


def collected(student: Student, sandbox: Sandbox, worker: Worker) -> Order:
    order = orders.place(student, by=student.user, at=worker.now)
    worker.until(lambda: fresh(order).status == Status.READY)
    order = fresh(order)
    sandbox.activate(order.qr_token or "", order.activation_code or "")
    worker.until(lambda: fresh(order).status == Status.COLLECTED)
    return fresh(order)


def test_extending_the_card_extends_the_document_and_the_student_does_nothing(
    student: Student, sandbox: Sandbox, worker: Worker, clerk: User
) -> None:
    order = collected(student, sandbox, worker)
    card = student.cards.get()
    until = card.valid_until + timedelta(days=180)
    extend_card(card, until, by=clerk)
    worker.until(lambda: fresh(order).valid_until == until)
    (document,) = sandbox.orders()
    assert (document["status"], document["valid_until"]) == ("collected", until.isoformat())
    assert fresh(order).status == Status.COLLECTED
    reasons = [event.reason for event in order.events.order_by("id")]
    assert reasons[-2:] == [Reason.EXTENSION_ASKED, Reason.EXTENDED]


def test_a_document_that_cannot_be_extended_asks_for_a_new_order(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    order = collected(student, sandbox, worker)
    sandbox.behave(processing_seconds=[0, 0], reissue_required=True)
    card = student.cards.get()
    extend_card(card, card.valid_until + timedelta(days=180), by=None)
    worker.until(lambda: fresh(order).reissue_required)
    assert (fresh(order).status, fresh(order).extend_to) == (Status.COLLECTED, None)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (EndReason.LOST, "card_invalidated"),
        (EndReason.RETURNED, "card_invalidated"),
        (EndReason.INVALIDATED, "card_invalidated"),
        (EndReason.DATA_CHANGED, "holder_data_changed"),
    ],
)
def test_ending_the_card_revokes_the_document_at_mdokumenty(
    student: Student, sandbox: Sandbox, worker: Worker, reason: EndReason, told: str
) -> None:
    order = collected(student, sandbox, worker)
    end_card(student.cards.get(), reason, by=None)
    assert fresh(order).status == Status.REVOKING
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    assert fresh(order).revocation_reason == told
    assert [document["status"] for document in sandbox.orders()] == ["revoked"]


def test_ending_the_card_cancels_an_order_that_is_not_ready(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    sandbox.behave(processing_seconds=[600, 600])
    order = orders.place(student, by=student.user, at=worker.now)
    worker.send()
    end_card(student.cards.get(), EndReason.LOST, by=None)
    worker.until(lambda: fresh(order).status == Status.CANCELLED)
    assert history(order) == ["waiting", "processing", "cancelling", "cancelled"]
    assert [document["status"] for document in sandbox.orders()] == ["cancelled"]


@pytest.mark.parametrize("learnt", ["when cancelling", "when sending"])
def test_a_document_collected_before_it_could_be_cancelled_is_revoked_because_of_the_card(
    student: Student, learnt: str
) -> None:
    order = orders.place(student, by=student.user)
    there = remote(order, RemoteStatus.COLLECTED)
    gateway = ScriptedGateway(
        submit=there if learnt == "when sending" else remote(order, RemoteStatus.PROCESSING),
        cancel=AlreadyCollected(),
        revoke=lambda *_: remote(order, RemoteStatus.REVOKED),
    )
    worker = Worker(gateway)
    Order.objects.update(sent_at=worker.now)
    end_card(student.cards.get(), EndReason.DATA_CHANGED, by=None)
    worker.until(lambda: fresh(order).status == Status.REVOKED)
    assert history(order) == ["waiting", "cancelling", "revoking", "revoked"]
    assert fresh(order).revocation_reason == "holder_data_changed"


@pytest.mark.parametrize("status", [Status.CANCELLING, Status.REVOKING, Status.EXPIRED, Status.LAPSED])
def test_what_is_ending_or_over_is_left_alone(student: Student, status: Status) -> None:
    card = student.cards.get()
    order = make_order(student, status, card_number=card.barcode_number)
    card = extend_card(card, card.valid_until + timedelta(days=30), by=None)
    end_card(card, EndReason.LOST, by=None)
    assert (fresh(order).status, order.events.count()) == (status, 0)


def test_extending_another_card_is_no_concern_of_the_document(student: Student) -> None:
    order = make_order(student, Status.COLLECTED, card_number="issued on an earlier card")
    card = student.cards.get()
    extend_card(card, card.valid_until + timedelta(days=180), by=None)
    assert fresh(order).extend_to is None


def test_under_the_rules_of_2025_the_card_does_not_matter(student: Student, settings: object) -> None:
    settings.ELIGIBILITY_RULES = "pesel"  # type: ignore[attr-defined]
    card = student.cards.get()
    order = make_order(student, Status.COLLECTED, card_number=card.barcode_number)
    end_card(card, EndReason.LOST, by=None)
    make_card(student)
    assert (fresh(order).status, fresh(order).extend_to) == (Status.COLLECTED, None)


def test_a_collected_document_ends_when_its_card_was_not_extended(
    student: Student, sandbox: Sandbox, worker: Worker
) -> None:
    order = collected(student, sandbox, worker)
    yesterday = timezone.localdate() - timedelta(days=1)
    student.cards.update(issued_on=yesterday, valid_until=yesterday)
    Order.objects.update(valid_until=yesterday, next_attempt_at=worker.now)
    worker.poll()
    assert (fresh(order).status, fresh(order).revocation_reason) == (Status.REVOKING, "card_not_extended")
