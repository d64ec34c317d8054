"""Documents that are issued on cards: `students` knows nothing of them, and asks who does."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from django.db.models import QuerySet

from students.models import StudentCard


class CardDocuments(Protocol):
    """Knowledge of the documents issued on cards, as the database stands in the present transaction."""

    def to_extend(self, cards: Collection[int]) -> int:
        """Return how many documents and open orders are to be valid for longer because of these cards' dates."""

    def outlasting(self, dates: Mapping[int, date]) -> set[int]:
        """Return those of these cards on which a document lasts, for inspectors, beyond the card's date."""

    def live_on(self, cards: QuerySet[StudentCard]) -> int:
        """Return how many documents and open orders live on these cards and end with them."""


_known: list[CardDocuments] = []


def register(documents: CardDocuments) -> None:
    """Register who knows of documents; called when the apps are ready."""
    if documents not in _known:
        _known.append(documents)


def to_extend(cards: Collection[int]) -> int:
    """Return how many documents and open orders are to be valid for longer because of these cards' dates."""
    return sum(each.to_extend(cards) for each in _known) if cards else 0


def outlasting(dates: Mapping[int, date]) -> set[int]:
    """Return those of these cards on which a document lasts, for inspectors, beyond the card's date."""
    return {card for each in _known for card in each.outlasting(dates)} if dates else set()


def live_on(cards: QuerySet[StudentCard]) -> int:
    """Return how many documents and open orders live on these cards and end with them."""
    return sum(each.live_on(cards) for each in _known)
