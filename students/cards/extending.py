"""Extending cards, one or thousands alike."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from students import audit_log, signals
from students.cards.dates import check_until
from students.cards.extension_blockers import TEXTS, first_blocker
from students.cards.locking import lock_cards
from students.models import CardExtension, Job, StudentCard, User

EXTENDED = "extended"


def extend_cards(
    pks: Collection[int], until: date, *, by: User | None, job: Job | None = None
) -> dict[int, str]:
    """Set the last valid day of these cards to `until`, and send `signals.cards_extended` once after commit.

    `job` is the one that does it, which can be undone as a whole. Returns the outcome of each card: EXTENDED, or the
    code of an ExtensionBlocker. The number of queries is constant.
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
        _extend([card for card in cards if outcomes[card.pk] == EXTENDED], until, by, job)
    return outcomes


def _extend(cards: list[StudentCard], until: date, by: User | None, job: Job | None) -> None:
    if not cards:
        return
    pks = [card.pk for card in cards]
    CardExtension.objects.bulk_create(
        [
            CardExtension(card=card, previous_valid_until=card.valid_until, valid_until=until, by=by, job=job)
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
