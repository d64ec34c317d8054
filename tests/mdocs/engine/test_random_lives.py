"""The engine's rules under random lives: whatever students, staff, time, workers and mDokumenty do, and in whatever
sequence, no invariant breaks, and when the trouble is over everything settles."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random

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
from hypothesis.strategies import lists, sampled_from

from mdocs import orders, schedule
from mdocs.engine import calls, polling, sending
from mdocs.engine.claims import claim_due
from mdocs.engine.gateway import RoundResult
from mdocs.mdokumenty import MdokumentyError, RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import FINAL, LIVE, TRANSITIONS, Status
from tests.mdocs.engine.ministry import MOODS, Ministry
from tests.mdocs.engine.worker import Worker
from tests.students.factories import make_eligible_student

LEASE = timedelta(seconds=45)
R = RemoteStatus
acts = sampled_from(
    ["cancel", "revoke", "order again", "place", "cancel", "retry", "extend", "lose or regain the right"]
)
lanes = sampled_from(list(Lane))
moods = sampled_from(["well"] * 4 + list(MOODS))
pauses = sampled_from([1, 5, 60, 1000, 90_000])
steps_seen: set[tuple[str, str]] = set()
# What lives must have gone through, but for a few, for the test to be worth anything.
BUSY = {
    ("waiting", "processing"),
    ("waiting", "cancelling"),
    ("waiting", "cancelled"),
    ("processing", "ready"),
    ("processing", "cancelling"),
    ("ready", "collected"),
    ("ready", "revoking"),
    ("collected", "revoking"),
    ("cancelling", "cancelled"),
    ("cancelling", "revoking"),
    ("revoking", "revoked"),
}


class RandomLives(RuleBasedStateMachine):
    """One student, one mDokumenty, and as many workers as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.ministry = Ministry(lambda: self.worker.now)
        self.worker = Worker(self.ministry, timezone.now())
        self.ended: dict[object, str] = {}
        schedule._random = Random(0)  # type: ignore[assignment]  # or no life could be lived again
        self.whole = transaction.atomic()
        self.whole.__enter__()

    @initialize()
    def begin(self) -> None:
        self.student = make_eligible_student()
        self.photo = self.student.photo
        self.act("place")

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

    @rule(act=acts)
    def act(self, act: str) -> None:
        with suppress(orders.NotAllowed, orders.AlreadyOrdered, orders.NotEligible):
            self.do(act)

    def do(self, act: str) -> None:
        at, who = self.worker.now, self.student.user
        match act:
            case "place":
                orders.place(self.student, by=who, at=at)
            case "cancel":
                orders.cancel(self.order, by=who, at=at)
            case "revoke":
                orders.revoke(self.order, by=who, at=at)
            case "order again":
                orders.order_again(self.order, by=who, at=at)
            case "retry":
                orders.retry(self.order, by=who, at=at)
            case "extend":
                orders.extend(self.order, self.order.valid_until + timedelta(days=30), by=None, at=at)
            case "lose or regain the right":
                self.student.photo = None if self.student.photo else self.photo
                self.student.save(update_fields=["photo"])

    # What mDokumenty does

    @precondition(lambda self: self.ministry.live())
    @rule(steps=sampled_from([1, 2, 3]))
    def go_on_there(self, steps: int) -> None:
        (document,) = self.ministry.live()
        for _ in range(steps):
            self.ministry.go_on(document)

    @precondition(lambda self: self.ministry.live())
    @rule(end=sampled_from([R.REVOKED, R.CANCELLED, R.EXPIRED, R.REJECTED]))
    def end_there(self, end: R) -> None:
        (document,) = self.ministry.live()
        if end is not R.REJECTED or document.now.status in {R.PENDING, R.PROCESSING}:
            self.ministry.move(document, end)

    @precondition(lambda self: any(document.now.codes for document in self.ministry.live()))
    @rule()
    def renew_the_codes(self) -> None:
        (document,) = self.ministry.live()
        self.ministry.move(document, R.READY)

    # What workers do, and what time does to them

    @rule(mood=moods, pause=pauses)
    def work(self, mood: str, pause: int) -> None:
        self.worker.later(seconds=pause)
        with self.mood(mood):
            self.worker.send()
            self.worker.poll()

    @rule(steps=sampled_from([0, 2, 2, 3]))
    def go_well(self, steps: int) -> None:
        self.work("well", 60)
        for document in self.ministry.live():
            for _ in range(steps):
                self.ministry.go_on(document)
        self.work("well", 400)

    @rule(act=acts, moods=lists(moods, min_size=1, max_size=3), pause=sampled_from([0, 1, 44, 46]))
    def act_while_a_call_is_out(self, act: str, moods: list[str], pause: int) -> None:
        if not self.student.photo:
            self.act("lose or regain the right")
        self.act("place")
        self.worker.later(seconds=1000)
        claims = {lane: claim_due(lane, self.worker.now, 10, LEASE) for lane in Lane}
        self.act(act)
        self.worker.later(seconds=pause)
        for lane in Lane:
            self.carry_out(lane, claims[lane], moods[0])
        for mood in moods[1:]:
            self.work(mood, 1000)

    @rule(lane=lanes, called=sampled_from([False, True]))
    def die(self, lane: Lane, called: bool) -> None:
        for order in claim_due(lane, self.worker.now, 10, LEASE):
            if called and lane is Lane.SEND:
                with suppress(MdokumentyError):
                    calls.call_for(order, self.ministry)()

    @rule(lane=lanes, mood=moods)
    def work_behind_the_back_of_a_slow_one(self, lane: Lane, mood: str) -> None:
        claims = claim_due(lane, self.worker.now, 10, LEASE)
        self.worker.now += LEASE
        self.work(mood, 0)
        self.carry_out(lane, claims, "well")

    def carry_out(self, lane: Lane, claims: list[Order], mood: str) -> None:
        if claims:
            work = sending.send if lane is Lane.SEND else polling.poll
            with self.mood(mood):
                work(claims, self.ministry, RoundResult(), self.worker.clock)

    @contextmanager
    def mood(self, mood: str) -> Iterator[None]:
        self.ministry.mood = mood
        yield
        self.ministry.mood = "well"

    # What must hold at every moment

    @invariant()
    def nothing_is_broken(self) -> None:
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
            steps_seen.add((state, event.new))
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
            self.worker.later(hours=1)  # sixty of them: a document on a phone is asked about once a day
            for order in Order.objects.exclude(attention=""):
                orders.retry(order, by=self.student.user, at=self.worker.now)
            for document in self.ministry.live():
                if document.now.status in {"pending", "processing"}:
                    self.ministry.go_on(document)
            self.worker.send()
            self.worker.poll()
            if not self.unsettled():
                break
        assert not self.unsettled()
        self.nothing_is_broken()
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
def test_no_life_breaks_an_invariant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_random", schedule._random)  # what it was comes back afterwards
    run_state_machine_as_test(
        RandomLives,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(BUSY - steps_seen) <= 3, f"lives too quiet, never seen: {BUSY - steps_seen}"
