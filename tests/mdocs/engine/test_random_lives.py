"""The engine's rules under random lives: whatever students, staff, time, workers and mDokumenty do, and in whatever
sequence, no invariant breaks, and when the trouble is over everything settles."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import sampled_from

from mdocs import asking, orders, sending
from mdocs.mdokumenty import MdokumentyError, RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import FINAL, LIVE, TRANSITIONS, Status
from mdocs.wire import Health
from tests.conftest import eligible_student
from tests.mdocs.engine.ministry import MOODS, Ministry
from tests.mdocs.engine.worker import Worker

LEASE = timedelta(seconds=45)
REFUSED = (orders.NotAllowed, orders.AlreadyOrdered, orders.NotEligible)
lanes = sampled_from(list(Lane))


class RandomLives(RuleBasedStateMachine):
    """One student, one mDokumenty, and as many workers as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.ministry = Ministry(lambda: self.worker.now)
        self.worker = Worker(self.ministry, timezone.now())
        self.slow: list[tuple[Lane, list[Order]]] = []
        self.ended: dict[object, str] = {}
        self.placed = False
        self.whole = transaction.atomic()
        self.whole.__enter__()

    @initialize()
    def begin(self) -> None:
        self.student = eligible_student()
        self.photo = self.student.photo

    def teardown(self) -> None:
        try:
            if hasattr(self, "student"):
                self.settle()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @property
    def order(self) -> Order:
        """The order that a student would see."""
        return self.student.orders.live().first() or self.student.orders.latest("created_at")

    # What people do

    @rule()
    def place(self) -> None:
        with suppress(*REFUSED):
            orders.place(self.student, by=self.student.user, at=self.worker.now)
            self.placed = True

    @precondition(lambda self: self.placed)
    @rule(verb=sampled_from([orders.cancel, orders.revoke, orders.order_again, orders.retry]))
    def do(self, verb: object) -> None:
        with suppress(*REFUSED):
            verb(self.order, by=self.student.user, at=self.worker.now)  # type: ignore[operator]

    @precondition(lambda self: self.placed)
    @rule()
    def extend(self) -> None:
        with suppress(*REFUSED):
            orders.extend(
                self.order, self.order.valid_until + timedelta(days=30), by=None, at=self.worker.now
            )

    @precondition(lambda self: self.placed)
    @rule()
    def look(self) -> None:
        orders.watch(self.order, at=self.worker.now)

    @rule()
    def lose_or_regain_the_right(self) -> None:
        self.student.photo = None if self.student.photo else self.photo
        self.student.save(update_fields=["photo"])

    # What time, workers and mDokumenty do

    @rule(duration=sampled_from([1, 5, 44, 60, 1000, 90_000]))
    def wait(self, duration: int) -> None:
        self.worker.later(seconds=duration)

    @rule(mood=sampled_from(MOODS))
    def change_mood(self, mood: str) -> None:
        self.ministry.mood = mood

    @precondition(lambda self: self.ministry.live())
    @rule()
    def go_on_there(self) -> None:
        for document in self.ministry.live():
            self.ministry.go_on(document)

    @precondition(lambda self: self.ministry.live())
    @rule(
        end=sampled_from(
            [RemoteStatus.REVOKED, RemoteStatus.CANCELLED, RemoteStatus.EXPIRED, RemoteStatus.REJECTED]
        )
    )
    def end_there(self, end: RemoteStatus) -> None:
        (document,) = self.ministry.live()
        if end is not RemoteStatus.REJECTED or document.now.status in {"pending", "processing"}:
            self.ministry.move(document, end)

    @precondition(lambda self: any(document.now.codes for document in self.ministry.live()))
    @rule()
    def renew_the_codes(self) -> None:
        (document,) = self.ministry.live()
        self.ministry.move(document, RemoteStatus.READY)

    @rule(lane=lanes)
    def work(self, lane: Lane) -> None:
        self.worker.send() if lane is Lane.SEND else self.worker.ask()

    @rule()
    def work_well_for_a_while(self) -> None:
        self.ministry.mood = "well"
        for _ in range(4):
            self.worker.later(seconds=40)
            self.worker.send()
            self.worker.ask()

    @rule(lane=lanes, called=sampled_from([False, True]))
    def die(self, lane: Lane, called: bool) -> None:
        for order in Order.objects.claim_due(lane, self.worker.now, 10, LEASE):
            if called and lane is Lane.SEND:
                with suppress(MdokumentyError):
                    sending._call_for(order, self.ministry)()

    @rule(lane=lanes)
    def start_slowly(self, lane: Lane) -> None:
        if claims := Order.objects.claim_due(lane, self.worker.now, 10, LEASE):
            self.slow.append((lane, claims))

    @precondition(lambda self: self.slow)
    @rule()
    def finish_slowly(self) -> None:
        lane, claims = self.slow.pop()
        carry_out = sending.send if lane is Lane.SEND else asking.ask
        carry_out(claims, self.ministry, Health(), self.worker.clock)

    # What must hold at every moment

    @invariant()
    def nothing_is_broken(self) -> None:
        if not hasattr(self, "student"):
            return
        assert len(self.ministry.live()) <= 1
        history = list(self.student.orders.prefetch_related("events"))
        assert sum(order.status in LIVE for order in history) <= 1
        for order in history:
            self.every_change_is_in_the_table_and_has_its_event(order)
            self.what_is_final_stays_as_it_was(order)
            self.it_wants_what_its_state_wants(order)
            self.what_is_called_over_is_over_there(order)

    def every_change_is_in_the_table_and_has_its_event(self, order: Order) -> None:
        state = ""
        for event in sorted(order.events.all(), key=lambda event: event.pk):
            assert event.old == state
            allowed = TRANSITIONS[Status(state)] | {state} if state else {Status.WAITING}
            assert event.new in allowed
            state = event.new
        assert order.status == state

    def what_is_final_stays_as_it_was(self, order: Order) -> None:
        if order.status in FINAL:
            self.ended.setdefault(order.pk, order.status)
        assert self.ended.get(order.pk, order.status) == order.status

    def it_wants_what_its_state_wants(self, order: Order) -> None:
        codes = {order.qr_token, order.activation_code, order.qr_svg, order.codes_expire_at}
        assert (None not in codes) if order.status == Status.READY else codes == {None}
        if order.status in LIVE:
            assert order.next_attempt_at is not None or order.attention
        else:
            assert (order.holder, order.photo_id, order.next_attempt_at) == (None, None, None)

    def what_is_called_over_is_over_there(self, order: Order) -> None:
        document = self.ministry.documents.get(order.pk)
        if order.status in FINAL - {Status.LAPSED} and document:
            assert not document.is_live, f"{order.status} here, {document.now.status} there"

    # And in the end

    def settle(self) -> None:
        """With everybody well again everything comes to rest, and what the student is told is the truth."""
        self.ministry.mood = "well"
        for _ in range(60):
            self.worker.later(minutes=16)
            for order in Order.objects.exclude(attention=""):
                orders.retry(order, by=self.student.user, at=self.worker.now)
            for document in self.ministry.live():
                if document.now.status in {"pending", "processing"}:
                    self.ministry.go_on(document)
            self.worker.send()
            self.worker.ask()
            if not self.unsettled():
                break
        assert not self.unsettled()
        told = self.student.orders.live().first()
        there = [live.now for live in self.ministry.live()]
        if told is None:
            assert there == [] or self.student.orders.filter(status=Status.LAPSED).exists()
            return
        (truth,) = there
        assert (told.mdokumenty_id, told.pk) == (truth.order_id, truth.client_reference)
        assert (told.status, told.valid_until) == (truth.status, truth.valid_until)
        if truth.codes:
            assert told.qr_token == truth.codes.qr_token
            assert told.activation_code == truth.codes.activation_code

    def unsettled(self) -> bool:
        at_rest = [*FINAL, Status.READY, Status.COLLECTED]
        if self.student.orders.exclude(status__in=at_rest).exists():
            return True
        order = self.student.orders.live().first()
        if order is None:
            return False
        document = self.ministry.documents[order.pk]
        extending = order.status == Status.COLLECTED and order.extend_to is not None
        return extending or order.remote_updated_at != document.now.updated_at


@pytest.mark.django_db
def test_no_life_breaks_an_invariant() -> None:
    run_state_machine_as_test(
        RandomLives,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
