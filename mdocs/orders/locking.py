"""Locking: an order's row is held while something happens to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import FINAL


@contextmanager
def order_for_update(order_id: UUID) -> Iterator[Order]:
    """Lock the order's row in a transaction, and save at the end what the caller has changed.

    An order that was over before is not saved.
    """
    with transaction.atomic():
        # What is encrypted is read, and written, only where it is used: an unreadable value holds up nothing else.
        order = Order.objects.select_for_update().defer(*ENCRYPTED).get(pk=order_id)
        was_final = order.status in FINAL
        yield order
        if not was_final:
            order.save()
