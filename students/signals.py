"""Signals for other apps: sent after commit, once for one row or thousands, with primary keys as `ids` and the acting
user as `by`."""

from collections.abc import Iterable

from django.dispatch import Signal

from students.after_commit import run_after_commit
from students.models import User

# The dean's office extended these cards.
cards_extended = Signal()
# These cards were lost, returned, invalidated, or exchanged because their holders' data changed.
cards_ended = Signal()
# Names, PESEL, album number, photo or studies of these students changed, and so perhaps their entitlement.
students_changed = Signal()


def send_after_commit(signal: Signal, ids: Iterable[int], *, by: User | None) -> None:
    """Send a signal when the current transaction is committed.

    An error in a receiver is logged and does not affect the change.
    """
    run_after_commit(signal.send_robust, sender=None, ids=list(ids), by=by)
