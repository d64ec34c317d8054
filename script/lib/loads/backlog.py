"""Many orders that wait when the workers start; and how often mDokumenty is asked about an order that takes long."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, QuerySet
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from mdocs.models import Order, OrderEvent
from mdocs.orders import bulk
from notifications.messages.models import EmailState, Message
from script.lib.console import say
from script.lib.costs import people
from script.lib.costs.workers import MADE_IN
from students.models import User

STILL = 120.0  # seconds without another order made ready: then something is wrong
EVERY = 15.0  # seconds between two lines about how far it is


def place(count: int, latency: float, made_in: float = MADE_IN) -> None:
    """Have so many students order at an mDokumenty that takes so many seconds for an answer, and for an order."""
    people.behave(processing_seconds=[made_in, made_in], latency_seconds=[latency, latency])
    students = people.able_or_made(count)
    by, _ = User.objects.get_or_create(username="bench-office", is_superuser=True)
    for first in range(0, count, bulk.BATCH):
        bulk.place([student.pk for student in students[first : first + bulk.BATCH]], by=by)
    Order.objects.filter(low_priority=True).update(low_priority=False)  # as if each had clicked
    people.analyse(Order, OrderEvent)


def drain(count: int, latency: float) -> None:
    """Wait until the workers have made so many orders ready that were placed last."""
    mine = _newest(count)
    for ready in _until_ready(mine, EVERY):
        states = mine.order_by("status").values_list("status").annotate(Count("pk"))
        say(
            f"  {ready} of {count} have had their codes: {', '.join(f'{many} {state}' for state, many in states)}"
        )
    found = mine.aggregate(begun=Min("sent_at"), over=Max("ready_at"))
    seconds = (found["over"] - found["begun"]).total_seconds()
    untold = OrderEvent.objects.undispatched().count()
    unsent = Message.objects.filter(email_state=EmailState.WAITING).count()
    said = f"{count} orders waiting, an mDokumenty that answers after {latency * 1e3:.0f} ms"
    say(
        f"{said}: {count / seconds:.0f} a second ({seconds:.0f} s); "
        f"then {untold} events are still to be told and {unsent} e-mails to be sent"
    )
    people.behave()


def ask(count: int, seconds: float) -> None:
    """Place orders that take so many seconds at mDokumenty, and count the questions until their codes are here.

    One goes before them, by which the portal learns how long mDokumenty takes.
    """
    place(1, latency=0, made_in=seconds)
    for _ in _until_ready(_newest(1), EVERY, patience=seconds + STILL):
        pass
    before = _counted()
    begun = time.monotonic()
    place(count, latency=0, made_in=seconds)
    for _ in _until_ready(_newest(count), EVERY, patience=seconds + STILL):
        pass
    more = _counted() - before
    calls = more["portal_mdokumenty_call_seconds_count"]
    asked = more["portal_orders_asked_about_total"]
    said = f"{count} orders that take {seconds:.0f} s at mDokumenty"
    say(
        f"{said}: {asked / count:.0f} questions about each, in {calls} calls of {asked / max(calls, 1):.0f} orders "
        f"on average; {time.monotonic() - begun:.0f} s in all"
    )
    people.behave()


def _until_ready(mine: QuerySet[Order], every: float, patience: float = STILL) -> Iterator[int]:
    """Yield now and then how many orders are ready, until all are."""
    known, since, told = 0, time.monotonic(), time.monotonic()
    count = mine.count()
    while known < count:
        time.sleep(0.5)
        ready = mine.filter(ready_at__isnull=False).count()
        if ready > known:
            known, since = ready, time.monotonic()
        if time.monotonic() > since + patience:
            raise AssertionError(f"for {patience:.0f} s no order has become ready; {known} of {count} are")
        if time.monotonic() > told + every:
            told = time.monotonic()
            yield known


def _newest(count: int) -> QuerySet[Order]:
    keys = Order.objects.order_by("-created_at").values_list("pk", flat=True)[:count]
    return Order.objects.filter(pk__in=list(keys))


def forget() -> None:
    """Forget all orders, here and at mDokumenty. Workers would take it for a restored backup and compare all orders."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mdocs_order CASCADE")
    httpx.delete(f"{settings.MDOKUMENTY_URL}/sandbox/ledger", trust_env=False, timeout=60).raise_for_status()


def _counted() -> Counter[str]:
    """Return what the processes of this machine have counted of questions."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    counts: Counter[str] = Counter()
    for metric in registry.collect():
        sample: Any
        for sample in metric.samples:
            if sample.labels.get("operation") == "query":
                counts[sample.name] += int(sample.value)
    return counts
