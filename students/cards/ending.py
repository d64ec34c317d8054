"""Ending a card: lost, returned, invalidated, or exchanged because the holder's data changed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import signals
from students.cards.locking import lock_cards
from students.models import EndReason, StudentCard, User


def end_card(card: StudentCard, reason: EndReason, *, by: User | None) -> StudentCard:
    """End a card today, and send `signals.cards_ended` after commit.

    Returns the updated card. Raises ValidationError for a card that has ended already or is not issued yet.
    """
    with transaction.atomic():
        lock_cards([card.pk])
        locked = StudentCard.objects.get(pk=card.pk)
        if locked.ended_on is not None:
            raise ValidationError(_("Ta legitymacja została już zakończona."), code="ended")
        locked.ended_on, locked.end_reason, locked.ended_by = timezone.localdate(), EndReason(reason), by
        if locked.ended_on < locked.issued_on:
            raise ValidationError(_("Ta legitymacja nie została jeszcze wydana."), code="not_issued")
        locked.save(update_fields=["ended_on", "end_reason", "ended_by"])
        signals.send_after_commit(signals.cards_ended, [locked.pk], by=by)
    return locked
