"""The lists of cards and of extensions: found as clerks look for them, within their faculties, at a constant cost."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.cards import end_card, extend_card
from students.models import EndReason, StudentCard
from students.roles import CLERK, VIEWER
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_card, make_member, make_programme, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
CARDS = reverse("admin:students_studentcard_changelist")
EXTENSIONS = reverse("admin:students_cardextension_changelist")


def found(client: Client, where: str = CARDS, **query: str) -> set[Any]:
    return set(client.get(where, query).context["cl"].queryset)


@pytest.mark.parametrize("term", ["8007", "800", "654321", "zolc", "Żółć", "ŻÓŁĆ jan", " jan zolc "])
def test_a_card_and_its_extensions_are_found_by_number_album_number_and_name(
    office: Client, term: str
) -> None:
    student = make_holder(last_name="Żółć", first_names="Jan Paweł", sex="M", album_number="654321")
    card = make_card(student, barcode_number="8007", valid_until=date(2026, 10, 31))
    other = make_card_in_use(barcode_number="9007", valid_until=date(2026, 10, 31))
    for each in (card, other):
        extend_card(each, date(2027, 3, 31), by=None)
    assert found(office, q=term) == {card}
    assert {extension.card for extension in found(office, EXTENSIONS, q=term)} == {card}


@pytest.mark.parametrize("role", [CLERK, VIEWER])
def test_staff_see_the_cards_and_extensions_of_their_faculties(client: Client, role: str) -> None:
    programme = make_programme()
    mine, other = make_card_in_use(programme), make_card_in_use()
    for card in (mine, other):
        extend_card(card, date(2027, 10, 31), by=None)
    client.force_login(make_member(role, programme.faculty))
    assert found(client) == found(client, q=mine.barcode_number) == {mine}
    assert found(client, q=other.barcode_number) == set()
    assert {extension.card for extension in found(client, EXTENSIONS)} == {mine}
    assert other.barcode_number not in client.get(CARDS).content.decode()


def test_cards_are_filtered_by_how_they_stand_today(office: Client) -> None:
    valid = make_card_in_use(valid_until=date(2027, 3, 31))
    expired = make_card_in_use(valid_until=date(2026, 10, 31))
    till_christmas = make_card_in_use(valid_until=date(2026, 12, 24))
    lost = end_card(make_card_in_use(), EndReason.LOST, by=None)
    stands = {
        "valid": {valid, till_christmas},
        "not_extended": {expired, till_christmas},
        "expired": {expired},
        "ended": {lost},
    }
    for answer, cards in stands.items():
        assert found(office, validity=answer) == cards, answer
    assert found(office, validity="nonsense") == set(StudentCard.objects.all())


@pytest.mark.parametrize("where", [CARDS, EXTENSIONS])
@pytest.mark.parametrize("query", [{}, {"q": "Nowak"}])
def test_longer_lists_cost_no_more_queries(client: Client, where: str, query: dict[str, str]) -> None:
    programme = make_programme()
    client.force_login(make_member(CLERK, programme.faculty))

    def cost(total: int) -> int:
        while StudentCard.objects.count() < total:
            card = make_card_in_use(programme, valid_until=date(2026, 12, 1))
            extend_card(card, date(2027, 3, 31), by=make_user())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(where, query).status_code == 200
        return len(queries)

    cost(2)
    assert cost(2) == cost(8)


def test_more_extensions_of_a_card_cost_no_more_queries(office: Client) -> None:
    card = make_card_in_use(valid_until=date(2026, 12, 1))

    def cost(day: int) -> int:
        extend_card(card, date(2027, 3, day), by=make_user())
        with CaptureQueriesContext(connection) as queries:
            office.get(reverse("admin:students_studentcard_change", args=[card.pk]))
        return len(queries)

    cost(1)
    few = cost(2)
    for day in (3, 4):
        cost(day)
    assert cost(5) == few
