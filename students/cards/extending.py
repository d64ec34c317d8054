"""Extending cards, one or thousands alike, and undoing a mistaken extension."""

from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students import audit_log, signals
from students.cards.dates import check_until
from students.cards.extension_blockers import TEXTS, first_blocker
from students.cards.locking import lock_cards
from students.models import CardExtension, StudentCard, User

EXTENDED = "extended"
UNDO_WITHIN = timedelta(minutes=15)


def extend_cards(pks: Collection[int], until: date, *, by: User | None) -> dict[int, str]:
    """Set the last valid day of these cards to `until`, and send `signals.cards_extended` once after commit.

    Returns the outcome of each card: EXTENDED, or the code of an ExtensionBlocker. The number of queries is constant.
    Raises ValidationError for a date that no card can be extended to.
    """
    check_until(until)
    with transaction.atomic():
        lock_cards(pks)
        cards = list(
            StudentCard.objects.filter(pk__in=pks)
            .annotate(obstacle=first_blocker(until, timezone.localdate()))
            .defer("holder_pesel")  # not to be decrypted a thousand times for nothing
            .order_by("pk")
        )
        outcomes = {card.pk: str(vars(card)["obstacle"]) or EXTENDED for card in cards}
        _extend([card for card in cards if outcomes[card.pk] == EXTENDED], until, by)
    return outcomes


def _extend(cards: list[StudentCard], until: date, by: User | None) -> None:
    if not cards:
        return
    pks = [card.pk for card in cards]
    CardExtension.objects.bulk_create(
        [
            CardExtension(card=card, previous_valid_until=card.valid_until, valid_until=until, by=by)
            for card in cards
        ]
    )
    StudentCard.objects.filter(pk__in=pks).update(valid_until=until)
    audit_log.record_changes((card, {"valid_until": (card.valid_until, until)}) for card in cards)
    signals.send_after_commit(signals.cards_extended, pks, by=by)


def extend_card(card: StudentCard, until: date, *, by: User | None) -> StudentCard:
    """Extend one card as `extend_cards` does, and return the updated card.

    Raises ValidationError for an impossible date, and with the text and code of the first blocker.
    """
    outcome = extend_cards([card.pk], until, by=by)[card.pk]
    if outcome != EXTENDED:
        raise ValidationError(str(TEXTS[outcome]), code=outcome)
    return StudentCard.objects.get(pk=card.pk)


def undo_extension(extension: CardExtension, *, by: User) -> StudentCard:
    """Undo an extension that the same clerk made within UNDO_WITHIN; return the updated card.

    The card gets its former date back; the extension stays in its history, marked as undone.
    `signals.students_changed` is sent after commit, because a card whose former date has passed gives no right any
    more. What mDokumenty has extended by now keeps its later date there, since its contract has no way back; it ends
    with the card like any other.

    Raises ValidationError for another clerk's extension, an old one, or a card that has changed since.
    """
    with transaction.atomic():
        lock_cards([extension.card_id])
        extension = CardExtension.objects.select_related("card").get(pk=extension.pk)
        card = extension.card
        if extension.by_id != by.pk:
            raise ValidationError(_("To przedłużenie zrobił ktoś inny i tylko ta osoba może je cofnąć."))
        if extension.undone_at is not None:
            raise ValidationError(_("To przedłużenie zostało już cofnięte."))
        if timezone.now() - extension.extended_at > UNDO_WITHIN:
            raise ValidationError(
                _("Od tego przedłużenia minęło za dużo czasu: można je cofnąć przez 15 minut.")
            )
        if card.ended_on is not None or card.valid_until != extension.valid_until:
            raise ValidationError(
                _("Od tego czasu legitymacja została zmieniona, więc nie można już tego cofnąć.")
            )
        StudentCard.objects.filter(pk=card.pk).update(valid_until=extension.previous_valid_until)
        extension.undone_at = timezone.now()
        extension.save(update_fields=["undone_at"])
        audit_log.record_changes(
            [(card, {"valid_until": (extension.valid_until, extension.previous_valid_until)})]
        )
        signals.send_after_commit(signals.students_changed, [card.student_id], by=by)
        card.valid_until = extension.previous_valid_until
    return card
