"""Barcode scan: one number, one extended card, one answer."""

from dataclasses import dataclass
from datetime import date

from students.cards.extending import EXTENDED, extend_cards
from students.cards.finding import UNKNOWN, CardMatch, find_cards
from students.cards.reader_input import digits_in, readings
from students.models import CardExtension, StudentCard, User


@dataclass(frozen=True)
class ScanResult:
    """Outcome of a scan.

    `outcome` is EXTENDED, the code of an ExtensionBlocker, or a key of `finding.TEXTS`; in the last case there is no
    card. `extension` is the key of the extension that was made.
    """

    outcome: str
    card: int | None = None
    extension: int | None = None


def scan(code: str, until: date, *, by: User) -> ScanResult:
    """Extend the card with this number, or of the student with this album number, if `by` may.

    The code is taken as it came where that is a number, else without what a reader adds (`reader_input`). Raises
    ValidationError for a date that no card can be extended to.
    """
    found = _find(code, by)
    if found.card is None:
        return ScanResult(found.missing)
    outcome = extend_cards([found.card], until, by=by)[found.card]
    if outcome != EXTENDED:
        return ScanResult(outcome, found.card)
    done = CardExtension.objects.filter(card=found.card, by=by, undone_at=None).latest("pk")
    return ScanResult(outcome, found.card, done.pk)


def _find(code: str, by: User) -> CardMatch:
    meanings = find_cards(readings(code), by, from_card=True).values()
    for match in meanings:
        if match.missing != UNKNOWN:
            return match
    digits = digits_in(code)
    if digits is not None and StudentCard.objects.filter(barcode_number=digits).exists():
        return find_cards([digits], by, from_card=True)[digits]
    return CardMatch(missing=UNKNOWN)
