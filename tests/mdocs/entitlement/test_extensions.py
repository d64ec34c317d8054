"""An extension that does not come about has a deadline, and somebody who is told; one that is undone is taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.entitlement import revocation
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.office.attention import advice
from mdocs.statuses import Reason, Status
from students.cards import extend_card, undo_extension
from students.half_years import extension_target
from students.models import CardExtension, Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, answer, echo_into, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.mdocs.page.test_right import look
from tests.students.factories import make_clerk, make_eligible_student

DOWN = md.RetryLater(why="HTTP 500")


def reasons(order: Order) -> list[str]:
    return list(order.events.values_list("reason", flat=True))


def to_be_extended(student: Student) -> tuple[Order, date]:
    """Return an mLegitymacja on a phone that ends in five days, and the date to which it is to be extended."""
    today = timezone.localdate()
    student.cards.update(valid_until=today + timedelta(days=205))
    order = make_order(
        student,
        Status.COLLECTED,
        card_number=student.cards.get().barcode_number,
        valid_until=today + timedelta(days=5),
        status_changed_at=timezone.now() - timedelta(days=100),
    )
    orders.extend(order, today + timedelta(days=205), by=None)
    return order, today + timedelta(days=205)


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["fails", "keeps the date"])
def test_what_mdokumenty_does_not_extend_needs_attention_and_lapses_in_the_end(
    student: Student, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    order, _ = to_be_extended(student)
    said = DOWN if what == "fails" else remote(order, RemoteStatus.COLLECTED)
    worker = Worker(ScriptedGateway(extend=lambda *_: _raise(said), query=answer(), health=None))
    assert not Order.objects.needing_attention(worker.now).exists()
    seen = {}
    for day in range(1, 15):
        worker.later(days=1)
        if fresh(order).is_live:
            make_due(order, worker.now)
        worker.send()
        revocation.revoke_ineligible(timezone.localdate(worker.now))
        found = advice(fresh(order), worker.now)
        in_list = Order.objects.needing_attention(worker.now).exists()
        assert in_list == (found is not None)
        seen[day] = (fresh(order).status, in_list)
    assert seen[2] == (Status.COLLECTED, True)
    assert seen[12] == (Status.COLLECTED, True)  # its last valid day was the fifth: a week's grace
    assert seen[13] == (Status.LAPSED, False)
    assert "has not extended it" in caplog.text


def _raise(said: Any) -> Any:
    if isinstance(said, BaseException):
        raise said
    return said


@pytest.mark.django_db
def test_an_extension_that_comes_late_still_counts(student: Student) -> None:
    order, until = to_be_extended(student)
    gateway = ScriptedGateway(extend=DOWN, query=answer(), health=None)
    worker = Worker(gateway)
    worker.later(days=8)
    make_due(order, worker.now)
    worker.send()
    revocation.revoke_ineligible(timezone.localdate(worker.now))
    gateway.answers["extend"] = remote(order, RemoteStatus.COLLECTED, valid_until=until)
    worker.later(hours=1)
    worker.send()
    extended = fresh(order)
    assert (extended.status, extended.valid_until, extended.extend_to) == (Status.COLLECTED, until, None)
    assert not Order.objects.needing_attention(worker.now + timedelta(days=3)).exists()


@pytest.mark.django_db
def test_the_student_reads_that_the_date_has_passed_and_the_extension_has_not_come(
    client: Any, student: Student
) -> None:
    order, _ = to_be_extended(student)
    assert "Przedłużenie jest w drodze" in look(client, student).main
    Order.objects.filter(pk=order.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    assert "Termin ważności minął, a przedłużenia jeszcze nie ma" in look(client, student).main


@pytest.fixture
def clerk_at_the_scanner() -> User:
    return make_clerk("students.extend_studentcard")


@pytest.mark.django_db(transaction=True)
def test_undoing_a_slip_of_the_scanner_takes_back_what_has_not_been_sent(clerk_at_the_scanner: User) -> None:
    on_phone, not_sent, ready = (make_eligible_student() for _ in range(3))
    card = on_phone.cards.get()
    document = make_order(
        on_phone, Status.COLLECTED, card_number=card.barcode_number, valid_until=card.valid_until
    )
    waiting = orders.place(not_sent, by=None)
    with_codes = make_order(
        ready,
        Status.READY,
        card_number=ready.cards.get().barcode_number,
        valid_until=ready.cards.get().valid_until,
    )
    dates = {order.pk: order.valid_until for order in (document, waiting, with_codes)}
    for student in (on_phone, not_sent, ready):
        extend_card(student.cards.get(), card.valid_until + timedelta(days=180), by=clerk_at_the_scanner)
    assert fresh(document).extend_to is not None
    assert fresh(waiting).valid_until > dates[waiting.pk]

    for extension in CardExtension.objects.all():
        undo_extension(extension, by=clerk_at_the_scanner)
    for order in (document, waiting, with_codes):
        now = fresh(order)
        assert (now.extend_to, now.extension_asked_at, now.valid_until) == (None, None, dates[order.pk])
    assert reasons(document)[-2:] == [Reason.EXTENSION_ASKED, Reason.EXTENSION_WITHDRAWN]
    assert reasons(waiting)[-2:] == [Reason.DATE_CHANGED, Reason.DATE_CHANGED]
    asked: list[date] = []

    gateway = ScriptedGateway(submit=echo_into(asked))  # and no extension: it would have no answer
    worker = Worker(gateway)
    worker.later(minutes=1)
    worker.send()
    assert asked == [dates[waiting.pk]]
    assert gateway.calls == ["submit"]


@pytest.mark.django_db(transaction=True)
def test_what_mdokumenty_has_extended_by_now_stays(clerk_at_the_scanner: User) -> None:
    student = make_eligible_student()
    card = student.cards.get()
    order = make_order(
        student, Status.COLLECTED, card_number=card.barcode_number, valid_until=card.valid_until
    )
    until = card.valid_until + timedelta(days=180)
    extend_card(card, until, by=clerk_at_the_scanner)
    Worker(
        ScriptedGateway(extend=remote(fresh(order), RemoteStatus.COLLECTED, valid_until=until)),
        now=timezone.now() + timedelta(minutes=1),
    ).send()
    undo_extension(CardExtension.objects.get(), by=clerk_at_the_scanner)
    assert (fresh(order).valid_until, fresh(order).extend_to) == (until, None)
    assert Reason.EXTENSION_WITHDRAWN not in reasons(order)


@pytest.mark.django_db(transaction=True)
def test_the_sweep_takes_back_what_a_lost_signal_left(student: Student) -> None:
    order, until = to_be_extended(student)
    student.cards.update(valid_until=until - timedelta(days=100))
    assert revocation.withdraw_extensions() == 1
    assert fresh(order).extend_to == until - timedelta(days=100)  # what the card still gives stays
    assert revocation.withdraw_extensions() == 0


@pytest.mark.django_db(transaction=True)
def test_under_the_rules_pesel_a_document_does_not_follow_its_card(student: Student, settings: Any) -> None:
    order, until = to_be_extended(student)
    settings.ELIGIBILITY_RULES = "pesel"
    revocation.withdraw_extensions()
    revocation.extend_with_cards()
    as_confirmed = fresh(order).extend_to
    for days in (-100, 100):
        student.cards.update(valid_until=until + timedelta(days=days))
        assert (revocation.withdraw_extensions(), revocation.extend_with_cards()) == (0, 0)
    assert fresh(order).extend_to == as_confirmed == extension_target(timezone.localdate())
    settings.ELIGIBILITY_RULES = "els"
    assert revocation.extend_with_cards() == 1
