"""Which events of an order lead to which message: the one table of it."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from mdocs.statuses import FINAL, Reason, Status

if TYPE_CHECKING:
    from mdocs.models import OrderEvent


class NotificationType(models.TextChoices):
    """What a message is about; the label is what a student chooses by."""

    RECEIVED = "received", _("Zamówienie zostało przyjęte")
    CODES_READY = "codes_ready", _("Kody są gotowe do pobrania")
    CODES_EXPIRING = "codes_expiring", _("Kody niedługo wygasną")
    REFUSED = "refused", _("Zamówienie zostało odrzucone")
    EXTENDED = "extended", _("mLegitymacja została przedłużona albo nie można jej przedłużyć")
    ENDED = "ended", _("Zamówienie zostało anulowane albo mLegitymacja przestała być ważna")


_BY_REASON: dict[str, NotificationType] = {
    Reason.ORDERED: NotificationType.RECEIVED,
    Reason.ORDERED_AGAIN: NotificationType.RECEIVED,
    Reason.ORDERED_FOR_COHORT: NotificationType.RECEIVED,
    Reason.CODES_READY: NotificationType.CODES_READY,
    Reason.CODES_EXPIRING: NotificationType.CODES_EXPIRING,
    Reason.EXTENDED: NotificationType.EXTENDED,
    Reason.REISSUE_REQUIRED: NotificationType.EXTENDED,
    Reason.AGAIN_IMPOSSIBLE: NotificationType.ENDED,
}

# What is done for thousands in one go (or, like an ending, waits for nobody) lets the others go first.
LOW_PRIORITY = frozenset({NotificationType.EXTENDED, NotificationType.ENDED})


def notification_type_of(event: "OrderEvent") -> NotificationType | None:
    """Return what the student is to be told of an event, None where it is no news to them.

    Endings are told when they have come about, not when they are asked for: then they are true, and told once. So a
    student's own revocation is told of too, because only mDokumenty's answer, hours later perhaps, makes it one. No
    news is what they have ended by their own click at once (never sent), and the old mLegitymacja of those who order
    again: they hear of the new order, or that there is none (AGAIN_IMPOSSIBLE). Collecting is done with the phone in
    their hand.
    """
    if event.reason in _BY_REASON:
        return _BY_REASON[event.reason]
    if event.old == event.new or event.new not in FINAL:
        return None
    if event.new == Status.REJECTED:
        return NotificationType.REFUSED
    own_click = event.reason == Reason.NEVER_SENT and event.actor_id == event.order.student.user_id
    return None if own_click or event.order.order_again else NotificationType.ENDED
