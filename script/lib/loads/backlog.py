"""Many orders that wait when the workers start; and how often mDokumenty is asked about an order that takes long."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import Max, Min
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
EVERY = 30.0  # seconds between two lines about how far it is


def place(count: int, latency: float, made_in: float = MADE_IN) -> None:
    """Have so many students order at an mDokumenty that takes so many seconds for an answer, and for an order.

    What was ordered before is forgotten, here and there.
    """
    people.behave(processing_seconds=[made_in, made_in], latency_seconds=[latency, latency])
    forget()
    students = people.able_or_made(count)
    by, _ = User.objects.get_or_create(username="bench-office", is_superuser=True)
    for first in range(0, count, bulk.BATCH):
        bulk.place([student.pk for student in students[first : first + bulk.BATCH]], by=by)
    Order.objects.update(low_priority=False)  # as if each had clicked
    people.analyse(Order, OrderEvent)


def drain(latency: float) -> None:
    """Wait until the workers have made all orders ready."""
    count = Order.objects.count()
    for ready in _until_ready(EVERY):
        say(f"  {ready} of {count}")
    found = Order.objects.aggregate(begun=Min("sent_at"), over=Max("ready_at"))
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
    """Place orders that take so many seconds at mDokumenty, and count the questions until their codes are here."""
    before = _counted()
    begun = time.monotonic()
    place(count, latency=0, made_in=seconds)
    for _ in _until_ready(EVERY, patience=seconds + STILL):
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


def _until_ready(every: float, patience: float = STILL) -> Iterator[int]:
    """Yield now and then how many orders are ready, until all are."""
    known, since, told = 0, time.monotonic(), time.monotonic()
    count = Order.objects.count()
    while known < count:
        time.sleep(0.5)
        ready = Order.objects.filter(ready_at__isnull=False).count()
        if ready > known:
            known, since = ready, time.monotonic()
        if time.monotonic() > since + patience:
            raise AssertionError(f"for {patience:.0f} s no order has become ready; {known} of {count} are")
        if time.monotonic() > told + every:
            told = time.monotonic()
            yield known


def forget() -> None:
    """Forget all orders, here and at mDokumenty."""
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
