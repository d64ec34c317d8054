"""What happens to an mLegitymacja when something happens to the student's plastic card.

`students` knows nothing of orders: it sends a signal after its commit, and the verbs are called here.
"""

from typing import Any

from django.conf import settings

from mdocs import orders
from mdocs.models import Order
from mdocs.statuses import CANCELLABLE, REVOCABLE, RevocationReason
from students.conditions import ELS
from students.models import EndReason, StudentCard
from students.signals import cards_ended, cards_extended


def connect() -> None:
    """Start listening; called once, when the apps are ready."""
    cards_extended.connect(extend_documents, dispatch_uid="mdocs.extend_documents")
    cards_ended.connect(end_documents, dispatch_uid="mdocs.end_documents")


def extend_documents(sender: Any, ids: list[int], **kwargs: Any) -> None:
    """Extend the mLegitymacja with the card it was issued on (rules `els`: valid as long as the ELS is)."""
    for card in StudentCard.objects.filter(pk__in=ids):
        for order in _live_orders_of(card):
            try:
                orders.extend(order, card.valid_until, by=None)
            except orders.NotAllowed:
                continue  # it is on its way out, or over by now: there is nothing to extend


def end_documents(sender: Any, ids: list[int], **kwargs: Any) -> None:
    """End the mLegitymacja with the card it was issued on (manual: invalid when the ELS is)."""
    for card in StudentCard.objects.filter(pk__in=ids):
        _end_document(card)


def _end_document(card: StudentCard) -> None:
    for order in _live_orders_of(card):
        try:
            if order.status in CANCELLABLE:
                orders.cancel(order, by=None, reason=_why(card))
            elif order.status in REVOCABLE:
                orders.revoke(order, by=None, reason=_why(card))
        except orders.NotAllowed:
            # It has moved on between reading and locking; once more with what it is now.
            _end_document(card)


def _why(card: StudentCard) -> RevocationReason:
    if card.end_reason == EndReason.DATA_CHANGED:
        return RevocationReason.HOLDER_DATA_CHANGED
    return RevocationReason.CARD_INVALIDATED


def _live_orders_of(card: StudentCard) -> list[Order]:
    if settings.ELIGIBILITY_RULES != ELS:
        return []
    return list(Order.objects.live().filter(student=card.student_id, card_number=card.barcode_number))
