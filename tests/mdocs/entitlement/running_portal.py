"""Portal of a random year as time passes: its beat, its workers, and an mDokumenty that can be unwell."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from mdocs import orders
from mdocs.engine import breaker, rounds
from mdocs.entitlement import end_warnings, rules
from mdocs.entitlement.sweep import sweep
from mdocs.models import Order, OrderEvent
from mdocs.querysets import Lane
from mdocs.statuses import ENDABLE, FINAL, Status
from notifications import outbox
from tests.mdocs.entitlement.expected import DAY
from tests.mdocs.entitlement.truths import WARSAW, Truths

MOODS: dict[str, dict[str, Any]] = {
    "well": {"processing_seconds": [0, 1]},
    "away": {"outage": True, "processing_seconds": [0, 1]},
    "slow": {"processing_seconds": [40, 90]},
    "extends nothing": {"processing_seconds": [0, 1], "reissue_required": True},
}
PATIENCE = timedelta(hours=1)  # mDokumenty being well again, everything is done in it


class RunningPortal(Truths):
    """What the portal does by itself until a moment, and what time brings."""

    def go_to(self, day: date, seconds: int, sweep_first: bool) -> None:
        """Let time pass until then; nothing of the portal runs in between."""
        begun, foretold = self.today, self.foretold(day)
        moment = datetime.combine(day, time(), WARSAW).timestamp() + seconds
        if moment <= self.now.timestamp():
            return
        for passed in range((day - begun).days + 1):
            self.observe(begun + passed * DAY)
        self.clock.move_to(datetime.fromtimestamp(moment, WARSAW))
        self.observe(self.today)
        if not sweep_first:
            self.work()
        if day != begun:
            self.sweep_all()
            if foretold is not None and sweep_first:
                self.came_true(foretold)
        self.look()

    def foretold(self, day: date) -> set[UUID] | None:
        """Return whose ending the dry run foretells, where nothing else will have a say."""
        if self.unheard:
            return None
        return set(rules.ineligible_students(day).values_list("document__pk", flat=True))

    def came_true(self, foretold: set[UUID]) -> None:
        still = set(Order.objects.filter(status__in=ENDABLE).values_list("pk", flat=True))
        assert not still & foretold, "the dry run has foretold the end of what goes on"
        ended = OrderEvent.objects.filter(at__gte=self.now, new__in={*FINAL, "cancelling", "revoking"})
        asked = {event.order_id for event in ended if event.old in ENDABLE}
        assert asked <= foretold, "the dry run has not foretold what has ended"

    # What the portal does by itself

    def sweep_all(self) -> None:
        self.observe(self.today)
        sweep(self.now)
        self.unheard = False

    def work(self) -> None:
        """Have the workers do what is due, and wait for mDokumenty as long as that leads to something."""
        end = self.now + (timedelta(minutes=3) if self.mood == "away" else PATIENCE)
        rounds_done = 0
        while self.now < end:
            rounds_done += 1
            assert rounds_done < 300, f"workers find no rest: {list(Order.objects.live().values())}"
            if sum(rounds.run_round(lane, self.gateway) for lane in Lane):
                continue
            due = self.next_step()
            if due is None or due > end:
                return
            self.pass_until(max(due, self.now + timedelta(seconds=5)))

    def next_step(self) -> datetime | None:
        """Return when something that is on its way is due next; None where nothing is on its way."""
        pending = list(self.on_its_way())
        if not pending:
            return None
        moments = [
            max(filter(None, (it.next_attempt_at, it.leased_until))) for it in pending if it.next_attempt_at
        ]
        probes = [probe for lane in Lane if (probe := breaker.current(lane).next_probe_at)]
        return max([min(moments, default=self.now), *probes])

    def on_its_way(self) -> Iterator[Order]:
        for order in Order.objects.live():
            if order.status not in {Status.READY, Status.COLLECTED} or (
                order.status == Status.COLLECTED and order.extend_to
            ):
                yield order

    def pass_until(self, moment: datetime) -> None:
        before = self.today
        self.clock.move_to(moment)
        if self.today != before:
            self.sweep_all()

    def look(self) -> None:
        """Have everybody learn of what has happened, and compare what they say."""
        self.observe(self.today)
        if self.unheard and self.mood == "well":
            self.sweep_all()
        self.work()
        if self.now - self.warned_at > timedelta(hours=3):
            end_warnings.warn_of_ends(self.now)
            self.warned_at = self.now
        orders.warn_of_expiry(self.now)
        outbox.dispatch()
        self.read_messages()
        if not self.unheard:
            self.compare()

    def put_mdokumenty_right(self) -> None:
        """In the end everything comes to rest."""
        self.mood = "well"
        self.sandbox.behave(**MOODS["well"])
        self.sweep_all()
        self.look()
        left = [(it.status, it.last_failure, it.attention) for it in self.on_its_way()]
        assert not left, f"still on its way after {PATIENCE}: {left}"

    def teardown(self) -> None:
        try:
            if hasattr(self, "students"):
                self.put_mdokumenty_right()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT initial.restore()")
            ContentType.objects.clear_cache()
