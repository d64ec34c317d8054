"""Locking: an order's row is held while something happens to it.

Rows are locked in the order of docs/architecture.md (Order of locks): students before orders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import FINAL
from students.models import Student


@contextmanager
def order_for_update(order_id: UUID) -> Iterator[Order]:
    """Lock the order's row in a transaction, and save at the end what the caller has changed.

    An order that was over before is not saved.
    """
    with _locked(order_id) as order:
        was_final = order.status in FINAL
        yield order
        if not was_final:
            order.save()


@contextmanager
def order_locked(order_id: UUID) -> Iterator[None]:
    """Lock the order's row in a transaction, for a command that follows what was looked at; nothing is saved here."""
    with _locked(order_id):
        yield


class _StudentFirst(Exception):
    """An order that gives way to a successor was locked before its student."""


@contextmanager
def _locked(order_id: UUID) -> Iterator[Order]:
    # What is encrypted is read, and written, only where it is used: an unreadable value holds up nothing else.
    rows = Order.objects.select_for_update().defer(*ENCRYPTED)
    try:
        with transaction.atomic():
            order = rows.get(pk=order_id)
            if order.order_again and order.is_live:
                raise _StudentFirst
            yield order
            return
    except _StudentFirst:
        pass  # rolled back, the order is let go
    with transaction.atomic():
        # The end of this order places another, under the lock on the student.
        Student.objects.select_for_update().get(orders=order_id)
        yield rows.get(pk=order_id)
