"""Warnings of codes that expire soon: an event like any other, written by a periodic task."""

from datetime import datetime

from django.db import transaction

from mdocs.models import Order
from mdocs.orders.bulk import BATCH
from mdocs.orders.events import new_event, store_events
from mdocs.statuses import Reason


def warn_of_expiry(at: datetime) -> int:
    """Note, once in an order's life, that its codes run out soon; return how many orders were noted.

    Idempotent and safe to run concurrently. Raises RuntimeError inside a transaction.
    """
    warned = 0
    while noted := _warn_some(at):
        warned += noted
    return warned


def _warn_some(at: datetime) -> int:
    with transaction.atomic(durable=True):
        wanted = ("status", "codes_expire_at", "mdokumenty_id", "student")
        expiring = Order.objects.codes_expiring(at).only(*wanted).order_by("pk")
        held = list(expiring.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        events = [
            new_event(order, Reason.CODES_EXPIRING, detail=order.codes_expire_at.isoformat(), at=at)
            for order in held
            if order.codes_expire_at is not None
        ]
        # Another sweep may have noted one between our reading and our lock.
        store_events(events, ignore_conflicts=True)
        return len(held)
