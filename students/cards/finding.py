"""Finding a card by its own number or by its holder's album number.

Numbers that a spreadsheet has changed are found where only one can be meant (`students.identifiers`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.identifiers import (
    EXACT_DIGITS,
    identifier_key,
    kept_digits,
    may_be_rounded,
    read_identifier,
)
from students.models import Student, StudentCard, User

UNKNOWN, NO_CARD, OTHER_FACULTY, AMBIGUOUS = "unknown", "no_card", "other_faculty", "ambiguous"
CHANGED = "changed_by_a_spreadsheet"
TEXTS: dict[str, StrOrPromise] = {
    UNKNOWN: _("Nie ma legitymacji ani studenta o tym numerze."),
    NO_CARD: _("Ten student nie ma legitymacji (ELS) w użyciu."),
    OTHER_FACULTY: _("To student innego wydziału: zajmuje się nim tamten dziekanat."),
    AMBIGUOUS: _("Ten numer może oznaczać różne osoby: użyj drugiego z ich numerów."),
    CHANGED: _(
        "Arkusz zmienił ten numer (zaokrąglił go albo zapisał jak 1,23E+16). Użyj numeru z samej legitymacji lub "
        "numeru albumu."
    ),
}


@dataclass(frozen=True)
class CardMatch:
    """The card that a number means, or a key of TEXTS with the reason why there is none."""

    card: int | None = None
    missing: str = ""


def find_cards(numbers: Collection[str], by: User, *, from_card: bool = False) -> dict[str, CardMatch]:
    """Return the match of each number among the cards of `by`'s faculties, in a constant number of queries.

    With `from_card` the numbers were read from the cards themselves: the one that is equal is meant. In a list it may
    be what a spreadsheet has left of another one, where there is such a number.
    """
    meant = {text: _number(text) for text in numbers}
    candidates = _candidates({number for number in meant.values() if number})
    everybody = {each.student for found in candidates.values() for each in found}
    seen = set(Student.objects.in_scope(by).filter(pk__in=everybody).values_list("pk", flat=True))
    doubtful = set() if from_card else _rounded({number for number in meant.values() if number})
    return {
        text: CardMatch(missing=CHANGED)
        if number is None or number in doubtful
        else _match(
            number, candidates[identifier_key(number)] if number else set(), seen, from_card=from_card
        )
        for text, number in meant.items()
    }


@dataclass(frozen=True)
class _Candidate:
    """A student and their card, if any, that a number may mean; `number` is the stored one, of card or student."""

    number: str
    student: int
    card: int | None


def _number(text: str) -> str | None:
    try:
        return read_identifier(text)
    except ValidationError:
        return None


def _candidates(numbers: set[str]) -> dict[str, set[_Candidate]]:
    """Return what each number may mean, by its key."""
    found: dict[str, set[_Candidate]] = {identifier_key(number): set() for number in numbers}
    cards = StudentCard.objects.filter(barcode_number__key__in=found)
    for number, student, card in cards.values_list("barcode_number", "student_id", "pk"):
        found[identifier_key(number)].add(_Candidate(number, student, card))
    in_use = FilteredRelation("cards", condition=Q(cards__ended_on__isnull=True))
    students = Student.objects.filter(album_number__key__in=found).annotate(card=in_use)
    for album, student, card in students.values_list("album_number", "pk", "card__pk"):
        found[identifier_key(str(album))].add(_Candidate(str(album), student, card))
    return found


def _rounded(numbers: set[str]) -> set[str]:
    """Return the numbers that a spreadsheet may have rounded, and that are not a card's beyond doubt.

    Such a one is beyond doubt if no other card has the digits that a spreadsheet keeps.
    """
    long = {number for number in numbers if may_be_rounded(number)}
    if not long:
        return set()
    starts = {kept_digits(number) for number in long}
    cards = StudentCard.objects.annotate(start=Left(F("barcode_number__key"), EXACT_DIGITS))
    stored: dict[str, set[str]] = {}
    for start, number in cards.filter(start__in=starts).values_list("start", "barcode_number"):
        stored.setdefault(start, set()).add(number)
    return {number for number in long if stored.get(kept_digits(number)) != {number}}


def _match(number: str, candidates: set[_Candidate], seen: set[int], *, from_card: bool) -> CardMatch:
    exact = {each for each in candidates if each.number == number}
    pairs = {(each.student, each.card) for each in (exact if exact and from_card else candidates)}
    if not pairs:
        return CardMatch(missing=UNKNOWN)
    if len(pairs) > 1:
        return CardMatch(missing=AMBIGUOUS)
    ((student, card),) = pairs
    if student not in seen:
        return CardMatch(missing=OTHER_FACULTY)
    return CardMatch(card) if card else CardMatch(missing=NO_CARD)
