"""Measurement of a night of extensions (rules `pesel`): what the sweep costs that asks for them, and how long fresh
orders wait while a worker carries them out.

Each step runs in a process of its own, whose memory is measured: `make`, `sweep` without workers, `drain` beside them.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.utils import timezone

from mdocs import orders
from mdocs.entitlement.sweep import sweep
from mdocs.models import Order
from mdocs.orders import bulk
from mdocs.statuses import Status
from script.lib.console import say
from script.lib.costs import people
from script.lib.statement_costs import costs
from students.half_years import extension_target
from students.models import Student, User

ALONE = 20  # fresh orders, one a second, before there is anything to extend
BESIDE = 300  # at most, beside the extensions
MANY = 50_000  # extensions for which the time is told


def make(count: int) -> None:
    """Make so many students with an mLegitymacja on a phone."""
    say(f"Making {count} students with an mLegitymacja")
    students = people.able_or_made(count)
    Order.objects.bulk_create([_document(student) for student in students], batch_size=5_000)


def measure_sweep(count: int) -> None:
    """Have the nightly sweep extend so many documents, then have it find nothing to do."""
    with costs(f"The sweep that extends {count} mLegitymacje"):
        extended = sweep(timezone.now()).extended
    assert extended == count, extended  # noqa: S101 -- else the figure means nothing
    with costs("The sweep that has nothing to do"):
        assert not sweep(timezone.now()).total  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mdocs_order CASCADE")


def measure_drain(count: int) -> None:
    """Let the workers extend so many documents while an order is placed each second."""
    _mdokumenty("PUT", "behaviour", {"processing_seconds": [0, 0]})
    students = people.able_or_made(count + ALONE + BESIDE)
    fresh = iter(students[count:])
    say(f"Bringing {count} mLegitymacje onto phones")
    _bring_to_phones(students[:count])
    alone = _order_each_second(fresh, ALONE)
    Order.objects.filter(status=Status.COLLECTED).update(valid_until=_one_day_short())
    asked = sweep(timezone.now()).extended
    begun = time.monotonic()
    beside = _order_each_second(fresh, BESIDE, while_there_are_extensions=True)
    left = Order.objects.filter(extend_to__isnull=False).count()
    rate = (asked - left) / (time.monotonic() - begun)
    say(
        f"A worker extends {rate:.0f} mLegitymacje a second ({asked - left} of {asked} here), {MANY} in "
        f"{MANY / rate / 60:.0f} minutes; "
        f"meanwhile {_waits_in_words(beside)}; without extensions {_waits_in_words(alone)}"
    )


def _waits_in_words(waits: Sequence[float]) -> str:
    ninth = statistics.quantiles(waits, n=10)[-1]
    middle = statistics.median(waits)
    return f"{len(waits)} fresh orders wait {middle:.1f} s for codes (nine of ten at most {ninth:.1f} s)"


def _one_day_short() -> date:
    """Return a last day that an extension of today puts off."""
    return extension_target(timezone.localdate()) - timedelta(days=1)


def _document(student: Student) -> Order:
    now = timezone.now()
    return Order(
        student=student,
        status=Status.COLLECTED,
        valid_until=_one_day_short(),
        album_number=student.album_number or "",
        mdokumenty_id=f"measured-{student.pk}",
        next_attempt_at=now + timedelta(days=1),
        sent_at=now,
    )


def _bring_to_phones(students: Sequence[Student]) -> None:
    """Order for these students, and add what they get to telephones."""
    by = User.objects.create_superuser("measures")
    for first in range(0, len(students), bulk.BATCH):
        bulk.place([student.pk for student in students[first : first + bulk.BATCH]], by=by)
    added = set[UUID]()
    while Order.objects.exclude(status=Status.COLLECTED).exists():
        for order in Order.objects.filter(status=Status.READY).exclude(pk__in=added):
            codes = {"qr_token": order.qr_token, "activation_code": order.activation_code}
            _mdokumenty("POST", "phone/activate", codes)
            added.add(order.pk)
        waiting = Order.objects.filter(status=Status.READY, pk__in=added)
        waiting.update(next_attempt_at=timezone.now())
        time.sleep(1)


def _order_each_second(
    fresh: Iterator[Student], count: int, *, while_there_are_extensions: bool = False
) -> list[float]:
    """Place an order each second, and return how many seconds each waited for its codes."""
    placed = []
    for _ in range(count):
        placed.append(orders.place(next(fresh), by=None).pk)
        time.sleep(1)
        if while_there_are_extensions and not Order.objects.filter(extend_to__isnull=False).exists():
            break
    mine = Order.objects.filter(pk__in=placed)
    while mine.filter(ready_at__isnull=True).exists():
        time.sleep(0.1)
    waits = mine.annotate(wait=ExpressionWrapper(F("ready_at") - F("created_at"), DurationField()))
    return [wait.total_seconds() for wait in waits.values_list("wait", flat=True)]


def _mdokumenty(method: str, path: str, body: object) -> None:
    url = f"{settings.MDOKUMENTY_URL}/sandbox/{path}"
    httpx.request(method, url, json=body, trust_env=False, timeout=30).raise_for_status()


if __name__ == "__main__":
    {"make": make, "sweep": measure_sweep, "drain": measure_drain}[sys.argv[1]](int(sys.argv[2]))
