"""A number means a card, or the card in use of the student with that album number; or it is said why there is none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.cards import end_card
from students.cards.finding import AMBIGUOUS, CHANGED, NO_CARD, OTHER_FACULTY, UNKNOWN, CardMatch, find_cards
from students.models import EndReason, Programme, User
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_card, make_clerk, make_programme

pytestmark = pytest.mark.django_db


def test_a_card_is_found_by_its_number_and_by_the_album_number_of_its_holder() -> None:
    card = make_card_in_use(barcode_number="8001")
    album = str(card.student.album_number)
    assert find_cards(["8001", album], make_clerk()) == {
        "8001": CardMatch(card.pk),
        album: CardMatch(card.pk),
    }


def test_a_lost_card_is_found_by_its_own_number_only() -> None:
    lost = make_card_in_use(barcode_number="8001")
    end_card(lost, EndReason.LOST, by=None)
    album = str(lost.student.album_number)
    clerk = make_clerk()
    assert find_cards(["8001", album], clerk) == {
        "8001": CardMatch(lost.pk),
        album: CardMatch(missing=NO_CARD),
    }
    new = make_card(lost.student)
    assert find_cards([album], clerk) == {album: CardMatch(new.pk)}


def test_what_cannot_be_found_is_said() -> None:
    programme, other = make_programme(), make_programme()
    make_card_in_use(other, barcode_number="8002")
    make_card_in_use(programme, barcode_number="8003")
    make_card(make_holder(programme, album_number="8003X"), barcode_number="8004")
    make_holder(programme, album_number="8004")
    missing = {
        number: it.missing for number, it in find_cards(["1", "8002", "8004"], clerk_of(programme)).items()
    }
    assert missing == {"1": UNKNOWN, "8002": OTHER_FACULTY, "8004": AMBIGUOUS}


def clerk_of(programme: Programme) -> User:
    return make_clerk(faculties=[programme.faculty])


def test_many_numbers_cost_as_many_queries_as_one() -> None:
    clerk = make_clerk(faculties=[make_programme().faculty])

    def cost(count: int) -> int:
        numbers = [make_card_in_use().barcode_number for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            find_cards(numbers, clerk)
        return len(queries)

    cost(1)
    assert cost(1) == cost(5)


@pytest.mark.parametrize("from_card", [True, False])
def test_numbers_without_their_zeros_are_found_where_one_can_be_meant(from_card: bool) -> None:
    card = make_card(make_holder(album_number="0720004"), barcode_number="0070000101")
    clerk = make_clerk()
    for number in ("70000101", "70000101.0", "0070000101", "720004", "0720004"):
        assert find_cards([number], clerk, from_card=from_card) == {number: CardMatch(card.pk)}
    other = make_card_in_use(barcode_number="70000101")
    found = find_cards(["70000101", "070000101"], clerk, from_card=from_card)
    assert found["070000101"] == CardMatch(missing=AMBIGUOUS)
    assert found["70000101"] == (CardMatch(other.pk) if from_card else CardMatch(missing=AMBIGUOUS))


def test_a_number_that_a_spreadsheet_has_rounded_is_nobodys() -> None:
    clerk = make_clerk()
    whole = make_card_in_use(barcode_number="21000123456789012")
    rounded, scientific = "21000123456789000", "2,10001E+16"
    missing = {rounded: CardMatch(missing=CHANGED), scientific: CardMatch(missing=CHANGED)}
    assert find_cards([rounded, scientific], clerk) == missing
    card = make_card_in_use(barcode_number=rounded)
    assert find_cards([rounded], clerk) == {rounded: CardMatch(missing=CHANGED)}
    assert find_cards([rounded], clerk, from_card=True) == {rounded: CardMatch(card.pk)}
    assert find_cards([whole.barcode_number], clerk) == {whole.barcode_number: CardMatch(whole.pk)}
    alone = make_card_in_use(barcode_number="31000123456789000")
    assert find_cards([alone.barcode_number], clerk) == {alone.barcode_number: CardMatch(alone.pk)}
