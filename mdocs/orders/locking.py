"""Holding an order while something happens to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from mdocs.models import Order
from mdocs.orders.placing import place_successor
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import FINAL


@contextmanager
def locked(order_id: UUID) -> Iterator[Order]:
    """Hold the order's row in a transaction, and save what the caller has made of it at the end.

    An order that was over before stays as it was. One that is over now gives way to its successor, where the student
    asked for one.
    """
    with transaction.atomic():
        # What is encrypted is read, and written, only where it is used: an unreadable value holds up nothing else.
        order = Order.objects.select_for_update().defer(*ENCRYPTED).get(pk=order_id)
        was_final = order.status in FINAL
        yield order
        if was_final:
            return
        order.save()
        if order.status in FINAL and order.order_again:
            place_successor(order, order.status_changed_at)
