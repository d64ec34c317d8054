"""What a barcode reader does: one number, one card extended, one answer."""

from dataclasses import dataclass
from datetime import date

from students.cards.extending import EXTENDED, extend_cards
from students.cards.finding import find_cards
from students.models import CardExtension, User


@dataclass(frozen=True)
class ScanResult:
    """What came of a scan.

    `outcome` is EXTENDED, the code of an Obstacle, or a key of `finding.TEXTS`; then there is no card. `extension` is
    the key of what was done.
    """

    outcome: str
    card: int | None = None
    extension: int | None = None


def scan(number: str, until: date, *, by: User) -> ScanResult:
    """Extend the card of this number, or of the student with this album number, if `by` may and nothing stands in
    the way.

    Raises ValidationError for a date that no card can be extended to.
    """
    found = find_cards([number], by)[number]
    if found.card is None:
        return ScanResult(found.missing)
    outcome = extend_cards([found.card], until, by=by)[found.card]
    if outcome != EXTENDED:
        return ScanResult(outcome, found.card)
    done = CardExtension.objects.filter(card=found.card, by=by, undone_at=None).latest("pk")
    return ScanResult(outcome, found.card, done.pk)
