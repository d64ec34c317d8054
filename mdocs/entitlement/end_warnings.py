"""Warnings that an mLegitymacja is about to end: an event for each, out of which `notifications` makes messages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.models import Order, OrderEvent
from mdocs.orders.bulk import BATCH
from mdocs.orders.events import new_event, store_events
from mdocs.statuses import ENDABLE, Reason

# How many days before its last one a student is told: each time with what to do about it, and where.
WARNINGS = {Reason.ENDS_IN_3_DAYS: timedelta(days=3), Reason.ENDS_IN_14_DAYS: timedelta(days=14)}


def warn_of_ends(at: datetime) -> int:
    """Record, once for each last day, the mLegitymacje that end soon as things stand; return how many were recorded.

    Idempotent and safe to run concurrently; a few statements for each batch. Who learns of an end only days before
    has the later warning alone. Raises RuntimeError inside a transaction.
    """
    today, warned = timezone.localdate(at), 0
    earliest = today
    for warning, ahead in WARNINGS.items():
        ending = rules.with_last_day(today, ahead).filter(last_day__gte=earliest)
        earliest = today + ahead + timedelta(days=1)
        found = dict(_unwarned(ending, warning).values_list("document__pk", "detail"))
        for batch in _batches(found):
            warned += _record(warning, batch, found, at)
    return warned


def _unwarned(ending: QuerySet[Any], warning: Reason) -> QuerySet[Any]:
    """Keep those that have not been warned of this end, annotated with the `detail` of that event."""
    detail = Concat(
        Cast("last_day", CharField()), Value(" "), F("reason"), output_field=CharField(max_length=100)
    )
    earlier = OrderEvent.objects.filter(
        order=OuterRef("document__pk"), reason=warning, detail=OuterRef("detail")
    )
    unwarned: QuerySet[Any] = ending.annotate(detail=detail).filter(~Exists(earlier)).order_by()
    return unwarned


def _record(warning: Reason, order_ids: tuple[UUID, ...], details: dict[UUID, str], at: datetime) -> int:
    with transaction.atomic(durable=True):
        live = (
            Order.objects.filter(pk__in=order_ids, status__in=ENDABLE)
            .only("status", "mdokumenty_id", "student")
            .order_by("pk")
        )
        held = list(live.select_for_update(skip_locked=True))
        events = [new_event(order, warning, detail=details[order.pk], at=at) for order in held]
        # Another run may have recorded one between our reading and our lock.
        store_events(events, ignore_conflicts=True)
        return len(held)


def ending_of(event: OrderEvent) -> tuple[date, str]:
    """Return the last day and the reason that a warning is about."""
    day, _space, reason = event.detail.partition(" ")
    return date.fromisoformat(day), reason


def _batches(found: dict[UUID, str]) -> Iterator[tuple[UUID, ...]]:
    ids = list(found)
    return (tuple(ids[first : first + BATCH]) for first in range(0, len(ids), BATCH))
