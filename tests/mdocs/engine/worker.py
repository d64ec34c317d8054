"""A worker with a clock of its own, so that no test waits for a back-off, a lease or a breaker."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from mdocs import orders
from mdocs.engine import breaker, rounds
from mdocs.engine.gateway import Gateway
from mdocs.models import Order
from mdocs.querysets import Lane
from tests.mdocs.engine.scripted import ScriptedGateway

A_LONG_TIME = timedelta(days=3)


class Worker:
    """Does the engine's rounds; `now` is what it takes the time to be."""

    def __init__(self, gateway: Gateway, now: datetime | None = None) -> None:
        self.gateway = gateway
        self.now = now or timezone.now()

    def clock(self) -> datetime:
        return self.now

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def send(self) -> int:
        """Do one round of sending; return how many orders it had."""
        return rounds.run_round(Lane.SEND, self.gateway, clock=self.clock)

    def poll(self) -> int:
        """Do one round of polling; return how many orders it had."""
        return rounds.run_round(Lane.POLL, self.gateway, clock=self.clock)

    def until(self, done: Callable[[], bool], *, within: timedelta = A_LONG_TIME) -> None:
        """Work until it is done, and fail if that takes longer than `within` on this worker's clock."""
        end = self.now + within
        while not done():
            assert self.now < end, (
                f"after {within}: {list(Order.objects.values_list('status', 'last_failure'))}"
            )
            if not self.send() + self.poll():
                self._wait_for_something_due()

    def _wait_for_something_due(self) -> None:
        moments = [
            max(filter(None, (order.next_attempt_at, order.leased_until)))
            for order in Order.objects.live().only("next_attempt_at", "leased_until")
            if order.next_attempt_at
        ]
        probe = min(filter(None, (breaker.current(lane).next_probe_at for lane in Lane)), default=None)
        due = max(filter(None, (min(moments, default=self.now), probe)))
        self.now = max(due, self.now + timedelta(seconds=1))


def make_due(order: Order, now: datetime) -> None:
    """Let the order be one that a worker looks at now."""
    Order.objects.filter(pk=order.pk).update(next_attempt_at=now, leased_until=None)


def fresh(order: Order) -> Order:
    """Return the order as it is in the database."""
    return Order.objects.get(pk=order.pk)


def history(order: Order) -> list[str]:
    """Return the states that the order went through."""
    return [event.new for event in order.events.all() if event.old != event.new]


def watch_all(now: datetime) -> None:
    """Let every student with codes look at them."""
    for order in Order.objects.live():
        orders.poll_faster(order, at=now)


def carried(order: Order, **answers: Any) -> Order:
    """Do one round with a wire that answers so, and return what the order has become."""
    worker = Worker(ScriptedGateway(**answers))
    make_due(order, worker.now)
    assert worker.send() + worker.poll() == 1
    return fresh(order)
