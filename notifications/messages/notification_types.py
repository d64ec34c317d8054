"""Types of message, and the table of events that lead to them."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mdocs.statuses import FINAL, Reason, RevocationReason, Status

if TYPE_CHECKING:
    from mdocs.models import OrderEvent


class NotificationType(models.TextChoices):
    """Type of message; students choose by the label."""

    RECEIVED = "received", _("Zamówienie zostało przyjęte")
    CODES_READY = "codes_ready", _("Kody są gotowe do pobrania")
    CODES_EXPIRING = "codes_expiring", _("Kody niedługo wygasną")
    ENDS_IN_14_DAYS = "ends_in_14_days", _("mLegitymacja skończy się za dwa tygodnie")
    ENDS_IN_3_DAYS = "ends_in_3_days", _("mLegitymacja skończy się za trzy dni")
    REFUSED = "refused", _("Zamówienie zostało odrzucone")
    EXTENDED = "extended", _("mLegitymacja została przedłużona albo nie można jej przedłużyć")
    ENDED = "ended", _("Zamówienie zostało anulowane albo mLegitymacja przestała być ważna")
    FROM_OFFICE = "from_office", _("Dziekanat pisze w sprawie legitymacji")
    ACCOUNT = "account", _("Coś się zmieniło na Twoim koncie")


# Not about an order: their text is the office's (`notifications.office_texts`), or comes with the event of an account.
WITHOUT_ORDER = frozenset({NotificationType.FROM_OFFICE, NotificationType.ACCOUNT})

# What a student chooses from. Nobody turns off what is about the security of the account; `accounts` sends its e-mails.
CHOICES = [kind for kind in NotificationType if kind != NotificationType.ACCOUNT]

_BY_REASON: dict[str, NotificationType] = {
    Reason.ORDERED: NotificationType.RECEIVED,
    Reason.ORDERED_AGAIN: NotificationType.RECEIVED,
    Reason.ORDERED_INSTEAD: NotificationType.RECEIVED,
    Reason.ORDERED_FOR_COHORT: NotificationType.RECEIVED,
    Reason.ORDERED_AFTER_REFUSALS: NotificationType.RECEIVED,
    Reason.CODES_READY: NotificationType.CODES_READY,
    Reason.CODES_EXPIRING: NotificationType.CODES_EXPIRING,
    Reason.ENDS_IN_14_DAYS: NotificationType.ENDS_IN_14_DAYS,
    Reason.ENDS_IN_3_DAYS: NotificationType.ENDS_IN_3_DAYS,
    Reason.EXTENDED: NotificationType.EXTENDED,
    Reason.REISSUE_REQUIRED: NotificationType.EXTENDED,
    Reason.AGAIN_IMPOSSIBLE: NotificationType.ENDED,
}

# Sent after the others: what is done for thousands in one go, or, like an ending, nobody waits for.
LOW_PRIORITY = frozenset(
    {
        NotificationType.EXTENDED,
        NotificationType.ENDED,
        NotificationType.ENDS_IN_14_DAYS,
        NotificationType.ENDS_IN_3_DAYS,
    }
)


def notification_type_of(event: "OrderEvent") -> NotificationType | None:
    """Return the type of message that an event leads to; None where it is no news to the student.

    An ending leads to a message when it has come about, not when it is requested: then it is true, and happens once.
    So a student's own revocation does too, since mDokumenty may confirm it hours later. No news: an order that the
    student's own click ended at once (never sent); the old mLegitymacja of an order placed again, which leads to a
    message about the new order, or that there is none (AGAIN_IMPOSSIBLE); collecting, done with the phone in hand;
    codes that lead to a document of yesterday. Nobody writes to the dead.
    """
    if event.order.revocation_reason == RevocationReason.HOLDER_DECEASED:
        return None
    if event.reason == Reason.CODES_READY and event.order.valid_until < timezone.localdate(event.at):
        return None
    if event.reason in _BY_REASON:
        return _BY_REASON[event.reason]
    if event.old == event.new or event.new not in FINAL:
        return None
    if event.new == Status.REJECTED:
        return NotificationType.REFUSED
    own_click = event.reason == Reason.NEVER_SENT and event.actor_id == event.order.student.user_id
    return None if own_click or event.order.order_again else NotificationType.ENDED
