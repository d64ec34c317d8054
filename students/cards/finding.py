"""Finding a card by its own number or by its holder's album number."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.models import Student, StudentCard, User

UNKNOWN, NO_CARD, OTHER_FACULTY, AMBIGUOUS = "unknown", "no_card", "other_faculty", "ambiguous"
TEXTS: dict[str, StrOrPromise] = {
    UNKNOWN: _("Nie ma legitymacji ani studenta o tym numerze."),
    NO_CARD: _("Ten student nie ma legitymacji (ELS) w użyciu."),
    OTHER_FACULTY: _("To student innego wydziału: zajmuje się nim tamten dziekanat."),
    AMBIGUOUS: _("To numer legitymacji jednego studenta i numer albumu innego: użyj drugiego z ich numerów."),
}


@dataclass(frozen=True)
class CardMatch:
    """The card that a number means, or a key of TEXTS with the reason why there is none."""

    card: int | None = None
    missing: str = ""


def find_cards(numbers: Collection[str], by: User) -> dict[str, CardMatch]:
    """Return the match of each number among the cards of `by`'s faculties, in a constant number of queries."""
    # What each number may mean: pairs of a student and a card.
    meanings: dict[str, set[tuple[int, int | None]]] = {number: set() for number in numbers}
    cards = StudentCard.objects.filter(barcode_number__in=numbers)
    for number, student, card in cards.values_list("barcode_number", "student_id", "pk"):
        meanings[number].add((student, card))
    in_use = FilteredRelation("cards", condition=Q(cards__ended_on__isnull=True))
    students = Student.objects.filter(album_number__in=numbers).annotate(card=in_use)
    for album, student, card in students.values_list("album_number", "pk", "card__pk"):
        meanings[str(album)].add((student, card))
    everybody = {student for pairs in meanings.values() for student, _card in pairs}
    seen = set(Student.objects.in_scope(by).filter(pk__in=everybody).values_list("pk", flat=True))
    return {number: _meant(pairs, seen) for number, pairs in meanings.items()}


def _meant(pairs: set[tuple[int, int | None]], seen: set[int]) -> CardMatch:
    if not pairs:
        return CardMatch(missing=UNKNOWN)
    if len(pairs) > 1:
        return CardMatch(missing=AMBIGUOUS)
    ((student, card),) = pairs
    if student not in seen:
        return CardMatch(missing=OTHER_FACULTY)
    return CardMatch(card) if card else CardMatch(missing=NO_CARD)
