"""Queries of the dashboard: each figure takes one or two, which hold with a million orders.

Orders are counted for the whole university: their numbers identify nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from mdocs.engine import breaker, certificates
from mdocs.models import Breaker, DailyFigures, Order
from mdocs.office.dashboard import days
from mdocs.statuses import LIVE, Status

DAYS_SHOWN = 30
WEEK = 7


@dataclass(frozen=True)
class Queue:
    """Orders in one state that somebody waits for, and when the oldest of them was placed (None without any)."""

    orders: int
    oldest: datetime | None

    def age(self, now: datetime) -> timedelta | None:
        """Return how long the oldest has waited since its click."""
        return now - self.oldest if self.oldest else None


@dataclass(frozen=True)
class States:
    """All orders there ever were, by state, and the two queues of those that students wait for."""

    orders: dict[Status, int]
    to_send: Queue
    in_the_making: Queue

    @property
    def total(self) -> int:
        """Total number."""
        return sum(self.orders.values())


def states(now: datetime) -> States:
    """Count the orders by state as they are at this moment."""
    rows = (
        Order.objects.live()
        .order_by()
        .values_list("status")
        .annotate(orders=Count("*"), oldest=Min("created_at"))
    )
    live = {Status(status): Queue(orders, oldest) for status, orders, oldest in rows}
    nobody = Queue(0, None)
    return States(
        {state: live.get(state, nobody).orders for state in Status if state in LIVE}
        | days.ended_ever(timezone.localdate(now)),
        to_send=live.get(Status.WAITING, nobody),
        in_the_making=live.get(Status.PROCESSING, nobody),
    )


@dataclass(frozen=True)
class Wait:
    """Median and 95th percentile of the wait from the click to the codes; None without any."""

    ready: int
    median: timedelta | None
    p95: timedelta | None


@dataclass(frozen=True)
class History:
    """The last DAYS_SHOWN days, today the last of them."""

    days: list[DailyFigures]
    this_week: Wait

    @property
    def today(self) -> Wait:
        """Waits of the orders that became ready today."""
        return Wait(self.days[-1].ready, self.days[-1].median_wait, self.days[-1].p95_wait)


def history(now: datetime) -> History:
    """Return what the last days came to, and the waits of the last WEEK days, today's among them."""
    today = timezone.localdate(now)
    week = Order.objects.filter(days.within("ready_at", today - days.ONE_DAY * (WEEK - 1), today)).aggregate(
        ready=Count("*"), **days.waits()
    )
    return History(days.latest(today, DAYS_SHOWN), Wait(**week))


@dataclass(frozen=True)
class Health:
    """Health of mDokumenty, as far as the workers know."""

    breaker: Breaker
    workers_seen: bool
    certificate: str = ""  # what is to be said of it, if anything


def health(now: datetime) -> Health:
    """Read the breakers."""
    certificate = certificates.words(certificates.certificate_state(now), now)
    return Health(breaker.worst(), breaker.workers_are_seen(now), certificate)
