"""Signals for other apps, sent after commit with the rows' keys as `ids` and the acting user as `by`.

One row and thousands are sent alike.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.dispatch import Signal

from students.models import User

# The dean's office moved the valid-until dates of these cards on.
cards_extended = Signal()
# These cards were lost, returned, invalidated, or exchanged because their holders' data changed.
cards_ended = Signal()
# Names, PESEL, album number, photo or studies of these students changed: what they have a right to may have changed.
students_changed = Signal()


def send_after_commit(signal: Signal, ids: Iterable[int], *, by: User | None) -> None:
    """Send a signal when the current transaction is committed.

    The change stands, whatever a receiver does: its error is logged and goes no further.
    """
    transaction.on_commit(partial(signal.send_robust, sender=None, ids=list(ids), by=by), robust=True)
