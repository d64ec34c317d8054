"""Claims: a worker takes due orders for itself, for as long as its lease lasts."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Coalesce

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED, Lane, operation_of_order
from students.prepared import Given, PreparedQuery


def claim_due(
    lane: Lane, now: datetime, limit: int, lease: timedelta, *, first: str = "", early: bool = False
) -> list[Order]:
    """Take up to `limit` due orders for this worker until the lease runs out, and return them.

    Committed when it returns, so no transaction is open while mDokumenty is spoken to, and a worker that dies holds
    nothing for longer than the lease. An order about to be sent is marked as perhaps sent before it is: from then on
    only mDokumenty can say that it has been cancelled. `unsent_before` on the returned orders says whether this claim
    made that mark, `operation` which call each asks for. Orders that ask for the operation `first` are taken before all
    others; with `early` also such as are not due yet.
    """
    with transaction.atomic():
        orders = _claimable(lane, limit, first, early).all(now=now)
        leased_until = now + lease
        if orders:
            Order.objects.filter(pk__in=[order.pk for order in orders]).update(
                leased_until=leased_until,
                sent_at=Coalesce(F("sent_at"), Value(now)) if lane is Lane.SEND else F("sent_at"),
            )
    for order in orders:
        order.unsent_before = order.sent_at is None
        order.leased_until = leased_until
        order.operation = vars(order)["asks_for"]
    return orders


@lru_cache(maxsize=32)
def _claimable(lane: Lane, limit: int, first: str, early: bool) -> PreparedQuery[Order]:
    """Return the query that locks the orders to claim; to be made and run in a transaction."""
    asks_for_first = Case(When(asks_for=first, then=Value(0)), default=Value(1))
    due = Order.objects.due(lane, Given("now", DateTimeField()), early=early)
    return PreparedQuery(
        due.annotate(asks_for=operation_of_order())
        .order_by(*[asks_for_first] if first else [], "priority", "next_attempt_at")
        .select_related("photo")
        # What is encrypted is read order by order: one unreadable row must not stop the others.
        .defer(*ENCRYPTED)
        .select_for_update(skip_locked=True, of=("self",)),
        limit=limit,
    )
