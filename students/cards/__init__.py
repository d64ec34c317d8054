"""Plastic cards (ELS): issue, extend, end. Each acts under row locks; refusals are in Polish.

`extension_blockers` holds the rules of which cards may be extended; `extending` extends one card or thousands alike,
and `undoing` undoes that; `ending` ends and `reopening` undoes it; `documents` asks what is issued on them; `finding`
finds the card that a number means.
"""

from students.cards.dates import LONGEST_EXTENSION, check_dates, check_until
from students.cards.ending import end_card, end_cards
from students.cards.extending import EXTENDED, extend_card, extend_cards
from students.cards.issuing import issue_card
from students.cards.undoing import UNDO_WITHIN, undo_extension, undo_extensions

__all__ = [
    "EXTENDED",
    "LONGEST_EXTENSION",
    "UNDO_WITHIN",
    "check_dates",
    "check_until",
    "end_card",
    "end_cards",
    "extend_card",
    "extend_cards",
    "issue_card",
    "undo_extension",
    "undo_extensions",
]
