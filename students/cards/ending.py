"""Ending a card: lost, returned, invalidated, or exchanged because the holder's data changed."""

from collections.abc import Collection, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students import audit_log, signals
from students.cards.locking import lock_cards
from students.models import EndReason, Job, StudentCard, User

ENDED, ENDED_BEFORE, NOT_ISSUED = "ended_now", "ended_before", "not_issued"
REFUSALS: Mapping[str, StrOrPromise] = {
    ENDED_BEFORE: _("Ta legitymacja została już zakończona."),
    NOT_ISSUED: _("Ta legitymacja nie została jeszcze wydana."),
}


def end_card(card: StudentCard, reason: EndReason, *, by: User | None) -> StudentCard:
    """End a card today, and send `signals.cards_ended` after commit.

    Returns the updated card. Raises ValidationError for a card that has ended already or is not issued yet.
    """
    with transaction.atomic():
        lock_cards([card.pk])
        locked = StudentCard.objects.get(pk=card.pk)
        if locked.ended_on is not None:
            raise ValidationError(REFUSALS[ENDED_BEFORE], code="ended")
        locked.ended_on, locked.end_reason, locked.ended_by = timezone.localdate(), EndReason(reason), by
        if locked.ended_on < locked.issued_on:
            raise ValidationError(REFUSALS[NOT_ISSUED], code=NOT_ISSUED)
        locked.save(update_fields=["ended_on", "end_reason", "ended_by"])
        signals.send_after_commit(signals.cards_ended, [locked.pk], by=by)
    return locked


def end_cards(pks: Collection[int], reason: EndReason, *, by: User, job: Job | None = None) -> dict[int, str]:
    """End these cards today, and send `signals.cards_ended` once after commit; inside a transaction.

    `job` is the one that does it, which can be undone as a whole (`students.cards.reopening`). Returns the outcome of
    each card: ENDED, or a key of REFUSALS. The number of queries is constant.
    """
    lock_cards(pks)
    today = timezone.localdate()
    cards = list(StudentCard.objects.filter(pk__in=pks).defer("holder_pesel").order_by("pk"))
    outcomes = {card.pk: _outcome(card, today) for card in cards}
    ended = [card for card in cards if outcomes[card.pk] == ENDED]
    if not ended:
        return outcomes
    StudentCard.objects.filter(pk__in=[card.pk for card in ended]).update(
        ended_on=today, end_reason=reason, ended_by=by, ended_by_job=job
    )
    audit_log.record_changes(
        (card, {"ended_on": (None, today), "end_reason": (None, reason), "ended_by": (None, by)})
        for card in ended
    )
    signals.send_after_commit(signals.cards_ended, [card.pk for card in ended], by=by)
    return outcomes


def _outcome(card: StudentCard, today: date) -> str:
    if card.ended_on is not None:
        return ENDED_BEFORE
    return NOT_ISSUED if today < card.issued_on else ENDED
