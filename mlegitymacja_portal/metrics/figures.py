"""Figures read from the database when Prometheus asks: each by a few rows of an index, within two seconds.

A part that cannot be read is missing from the answer, and `portal_figures_failed` names it: the others are there.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Count, Max
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mdocs.engine.certificates import certificate_state
from mdocs.entitlement import brake
from mdocs.models import Breaker, Order
from mdocs.querysets import Lane
from mdocs.statuses import LIVE
from operations import due, timed_units
from operations.alarm_kinds import Kind
from operations.models import Alarm, Sign
from students import periodic
from students.models import Job, PeriodicTask

logger = logging.getLogger(__name__)

_PATIENCE = 2_000  # milliseconds for each part


class Figures(Collector):
    """Collector of what the database, the disk and the certificate say at this moment."""

    def collect(self) -> Iterator[Metric]:
        """Yield each metric as it is now."""
        now = timezone.now()
        failed = GaugeMetricFamily(
            "portal_figures_failed", "1 for a part that could not be read.", labels=["part"]
        )
        is_reachable = _connects()
        for part in (*_OF_DATABASE, *_OTHERS):
            try:
                if part in _OF_DATABASE and not is_reachable:  # one time-out, not one for each part
                    raise Error
                with _in_time() if part in _OF_DATABASE else nullcontext():
                    yield from list(part(now))
                failed.add_metric([part.__name__], 0)
            except (Error, OSError) as error:
                logger.warning("the figures %s could not be read: %s", part.__name__, type(error).__name__)
                failed.add_metric([part.__name__], 1)
        yield failed


def _connects() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


@contextmanager
def _in_time() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE}")
        yield


def orders(_now: datetime) -> Iterator[Metric]:
    """Yield how many live orders are in each state, and how many wait for staff."""
    states = GaugeMetricFamily("portal_orders", "Orders that are not over, by state.", labels=["state"])
    counts = dict(Order.objects.live().order_by().values_list("status").annotate(Count("pk")))
    for status in sorted(LIVE):
        states.add_metric([status], counts.get(status, 0))
    yield states
    waiting = Order.objects.exclude(attention="").count()
    yield GaugeMetricFamily("portal_orders_needing_staff", "Orders that wait for staff.", value=waiting)


def lanes(now: datetime) -> Iterator[Metric]:
    """Yield what is due in each lane, since when, how its breaker stands, and when a worker was last seen."""
    number = GaugeMetricFamily(
        "portal_lane_due_orders", "Orders that are due and nobody has taken.", labels=["lane"]
    )
    age = GaugeMetricFamily(
        "portal_lane_oldest_due_seconds", "For how long the oldest of them has been due.", labels=["lane"]
    )
    state = GaugeMetricFamily(
        "portal_breaker", "1 for the state of the circuit breaker that holds.", labels=["lane", "state"]
    )
    seen = GaugeMetricFamily(
        "portal_lane_seen_timestamp_seconds", "When a worker of the lane last made a round.", labels=["lane"]
    )
    breakers = Breaker.objects.in_bulk()
    for lane in Lane:
        found = due.orders(lane, now)
        number.add_metric([lane], found.number)
        age.add_metric([lane], found.seconds(now))
        for one in Breaker.State:
            state.add_metric([lane, one], breakers[lane].state == one)
        seen.add_metric([lane], _timestamp(breakers[lane].engine_seen_at))
    yield from (number, age, state, seen)


def outbox(now: datetime) -> Iterator[Metric]:
    """Yield what waits to be told or delivered, and for how long the oldest of it has."""
    waiting = GaugeMetricFamily(
        "portal_waiting", "What waits to be told or delivered, by kind.", labels=["kind"]
    )
    age = GaugeMetricFamily(
        "portal_waiting_oldest_seconds", "For how long the oldest of it has been due.", labels=["kind"]
    )
    for kind in due.UNDELIVERED:
        found = due.undelivered(kind)
        waiting.add_metric([kind], found.number)
        age.add_metric([kind], found.seconds(now))
    yield from (waiting, age)


def jobs(now: datetime) -> Iterator[Metric]:
    """Yield long jobs by state, how the periodic tasks do, and whether the sweep waits for consent."""
    by_state = GaugeMetricFamily("portal_jobs", "Long jobs by state.", labels=["state"])
    counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in Job.State:
        by_state.add_metric([state], counts.get(state, 0))
    yield by_state
    succeeded = GaugeMetricFamily(
        "portal_periodic_task_success_timestamp_seconds",
        "When a task of the hour or the night last succeeded.",
        labels=["task"],
    )
    for name, moment in PeriodicTask.objects.values_list("name", "succeeded_at"):
        if moment is not None:
            succeeded.add_metric([name], moment.timestamp())
    yield succeeded
    unwell = bool(periodic.troubles(now))
    yield GaugeMetricFamily("portal_periodic_tasks_unwell", "1 where one fails or is late.", value=unwell)
    late, by_unit = (
        timed_units.late(now),
        GaugeMetricFamily(
            "portal_timed_unit_late",
            "1 for a unit of TIMED_UNITS that has not succeeded in time.",
            labels=["unit"],
        ),
    )
    for unit in settings.TIMED_UNITS:
        by_unit.add_metric([unit], unit in late)
    yield by_unit
    stopped = brake.health() != "ok"
    yield GaugeMetricFamily(
        "portal_sweep_stopped", "1 where the daily sweep waits for consent.", value=stopped
    )


def processes(_now: datetime) -> Iterator[Metric]:
    """Yield when a process of each role last gave a sign of life, and how many alarms of each kind are open."""
    seen = GaugeMetricFamily(
        "portal_process_seen_timestamp_seconds",
        "When a process of the role (worker, beat, web) last gave a sign of life.",
        labels=["role"],
    )
    for role, moment in Sign.objects.order_by().values_list("role").annotate(Max("seen_at")):
        seen.add_metric([role], moment.timestamp())
    yield seen
    alarms = GaugeMetricFamily("portal_alarms", "Open alarms by kind.", labels=["kind"])
    counts = dict(Alarm.objects.open().order_by().values_list("kind").annotate(Count("pk")))
    for kind in Kind:
        alarms.add_metric([kind], counts.get(kind, 0))
    yield alarms


def certificate(now: datetime) -> Iterator[Metric]:
    """Yield when the certificates for mDokumenty end, if there are any, and whether the files serve."""
    state = certificate_state(now)
    yield GaugeMetricFamily(
        "portal_certificate_unusable",
        "1 where our certificate for mDokumenty, its key or the CA cannot be used.",
        value=state.problem is not None,
    )
    if state.ends_at is not None:
        yield GaugeMetricFamily(
            "portal_certificate_end_timestamp_seconds",
            "When our certificate for mDokumenty, or the CA, ends.",
            value=state.ends_at.timestamp(),
        )


def disk(_now: datetime) -> Iterator[Metric]:
    """Yield the room that is left where photos and files of jobs are kept."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    yield GaugeMetricFamily("portal_disk_free_bytes", "Room that is left in DATA_DIR.", value=usage.free)
    yield GaugeMetricFamily("portal_disk_bytes", "Size of the disk on which DATA_DIR is.", value=usage.total)


_OF_DATABASE: tuple[Callable[[datetime], Iterator[Metric]], ...] = (orders, lanes, outbox, jobs, processes)
_OTHERS: tuple[Callable[[datetime], Iterator[Metric]], ...] = (certificate, disk)


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
