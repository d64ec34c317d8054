"""Barcode scan: one number, one extended card, one answer."""

from dataclasses import dataclass
from datetime import date

from students.cards.extending import EXTENDED, extend_cards
from students.cards.finding import find_cards
from students.models import CardExtension, User


@dataclass(frozen=True)
class ScanResult:
    """Outcome of a scan.

    `outcome` is EXTENDED, the code of an ExtensionBlocker, or a key of `finding.TEXTS`; in the last case there is no
    card. `extension` is the key of the extension that was made.
    """

    outcome: str
    card: int | None = None
    extension: int | None = None


def scan(number: str, until: date, *, by: User) -> ScanResult:
    """Extend the card with this number, or of the student with this album number, if `by` may.

    Raises ValidationError for a date that no card can be extended to.
    """
    found = find_cards([number], by, from_card=True)[number]
    if found.card is None:
        return ScanResult(found.missing)
    outcome = extend_cards([found.card], until, by=by)[found.card]
    if outcome != EXTENDED:
        return ScanResult(outcome, found.card)
    done = CardExtension.objects.filter(card=found.card, by=by, undone_at=None).latest("pk")
    return ScanResult(outcome, found.card, done.pk)
