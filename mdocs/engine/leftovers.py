"""Leftovers of the comparison with mDokumenty: what its last run could not mend, as far as it still is so."""

from collections import Counter
from datetime import datetime, timedelta

from mdocs.engine.comparison import DifferenceKind
from mdocs.models import Order, OrphanDocument, Reconciliation
from mdocs.querysets import ENCRYPTED

NO_ORDER, NOT_REVOKED, DIFFERENCES = "no order", "not revoked", "differences"
_OVERDUE = timedelta(days=1)  # a document that was to be revoked and lives
_OF_DOCUMENTS = {DifferenceKind.ALIVE_THERE, DifferenceKind.NO_ORDER}  # each of them is an OrphanDocument
_UNTIL_CHANGED = {
    DifferenceKind.ARRIVED,
    DifferenceKind.STATE,
}  # the other kinds call staff by the order's own mark


def health(now: datetime) -> Counter[str]:
    """Count what waits for people, by status; empty where nothing does."""
    living = OrphanDocument.objects.filter(ended_at=None)
    found = Counter(
        {
            NO_ORDER: living.filter(revocation_asked_at=None).count(),
            NOT_REVOKED: living.filter(revocation_asked_at__lt=now - _OVERDUE).count(),
            DIFFERENCES: _differences(),
        }
    )
    return +found


def _differences() -> int:
    """Count the orders that differed at the last run, and that nobody has done anything about since."""
    last = Reconciliation.objects.exclude(finished_at=None).first()
    left = {
        each["order"]: each
        for each in (last.differences if last else ())
        if not each["mended"] and each["kind"] not in _OF_DOCUMENTS
    }
    orders = Order.objects.defer(*ENCRYPTED).in_bulk(left)
    return sum(
        bool(order.attention)
        or (left[str(key)]["kind"] in _UNTIL_CHANGED and order.status == left[str(key)]["here"])
        for key, order in orders.items()
    )
