"""Cards: issued on the data of the file, ended by the next one, extended; never shortened and never brought back."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry

from students.cards import end_card
from students.models import CardExtension, EndReason, Student, StudentCard
from tests.students.factories import make_clerk
from tests.students.importing.importer import bring_in, outcomes
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row

pytestmark = pytest.mark.django_db

ROW = ANNA | ANNAS_CARD
NEXT_CARD: Row = {
    "els_numer": "8000999999",
    "els_wydana": "2025-11-20",
    "els_wazna_do": "2026-03-31",
    "els_uid_stykowy": "",
    "els_uid_bezstykowy": "",
}


def test_a_card_is_issued_on_the_data_of_the_file() -> None:
    bring_in(ROW)
    card = StudentCard.objects.get()
    assert (card.barcode_number, card.contact_chip_uid) == ("8000123456", "3B000123456")
    assert (card.issued_on, card.valid_until) == (date(2025, 10, 3), date(2026, 10, 31))
    assert (card.holder_first_names, card.holder_last_name, card.holder_pesel) == (
        "Anna Maria",
        "Nowak",
        "02270803624",
    )


def test_a_row_without_a_card_leaves_the_card_that_there_is() -> None:
    bring_in(ROW)
    assert outcomes(bring_in(ANNA)) == ["unchanged"]
    assert StudentCard.objects.get().ended_on is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, EndReason.RETURNED),
        ({"nazwisko": "NOWAK"}, EndReason.RETURNED),
        ({"nazwisko": "Kowalska"}, EndReason.DATA_CHANGED),
    ],
)
def test_a_new_card_ends_the_one_before_it(
    changes: Row, reason: EndReason, told: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    clerk = make_clerk()
    bring_in(ROW)
    with django_capture_on_commit_callbacks(execute=True):
        (result,) = bring_in(ROW | NEXT_CARD | changes, by=clerk)
    assert result.outcome == "ended"
    assert f"koniec legitymacji 8000123456 ({reason.label}); nowa legitymacja 8000999999" in result.detail
    before = StudentCard.objects.get(barcode_number="8000123456")
    assert (before.ended_on, before.end_reason, before.ended_by) == (date(2025, 11, 24), reason, clerk)
    card = StudentCard.objects.in_use().get()
    assert (card.barcode_number, card.holder_last_name) == ("8000999999", changes.get("nazwisko", "Nowak"))
    assert told["cards_ended"] == [[before.pk]]
    assert LogEntry.objects.get_for_object(before).filter(action=LogEntry.Action.UPDATE).exists()


def test_a_card_issued_on_the_day_of_the_one_before_it_takes_its_place() -> None:
    bring_in(ROW)
    assert outcomes(bring_in(ROW | NEXT_CARD | {"els_wydana": ROW["els_wydana"]})) == ["ended"]
    assert StudentCard.objects.in_use().get().barcode_number == "8000999999"


def test_a_date_that_nobody_could_give_any_more_stays_as_it_is() -> None:
    bring_in(ROW)
    StudentCard.objects.update(valid_until=date(2027, 3, 31))  # more than 13 months ahead
    assert outcomes(bring_in(ROW | {"els_wazna_do": "2027-03-31"})) == ["unchanged"]


def test_a_later_date_extends_the_card(told: dict[str, Any], django_capture_on_commit_callbacks: Any) -> None:
    bring_in(ROW | {"els_wazna_do": "2026-03-31"})
    with django_capture_on_commit_callbacks(execute=True):
        (result,) = bring_in(ROW)
    assert (result.outcome, result.detail) == (
        "changed",
        "przedłużenie legitymacji 8000123456: ważna do: 31 marca 2026 → 31 października 2026",
    )
    card = StudentCard.objects.get()
    extension = CardExtension.objects.get()
    assert (extension.card, extension.previous_valid_until, extension.valid_until) == (
        card,
        date(2026, 3, 31),
        date(2026, 10, 31),
    )
    assert card.valid_until == date(2026, 10, 31)
    assert told == {"cards_extended": [[card.pk]]}


def test_missing_chip_numbers_are_filled_in() -> None:
    bring_in(ROW | {"els_uid_stykowy": "", "els_uid_bezstykowy": ""})
    assert outcomes(bring_in(ROW)) == ["changed"]
    assert StudentCard.objects.get().contactless_chip_uid == "04000123456"
    assert outcomes(bring_in(ROW | {"els_uid_stykowy": ""})) == ["unchanged"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"els_wazna_do": "2026-03-31"}, "ważna dłużej niż w pliku"),
        ({"els_wazna_do": "2027-10-31"}, "najwyżej 13 miesięcy od dziś"),
        ({"els_wydana": "2025-10-04"}, "data wydania legitymacji jest inna niż w bazie"),
        ({"els_uid_stykowy": "X"}, "numer układu legitymacji jest inny niż w bazie"),
        (NEXT_CARD | {"els_wydana": "2025-09-01"}, "nowszą legitymację"),
        (NEXT_CARD | {"els_wydana": "2025-11-25"}, "nie może być w przyszłości"),
        (NEXT_CARD | {"els_wazna_do": "2027-03-31"}, "najwyżej 13 miesięcy"),
        (NEXT_CARD | {"els_uid_stykowy": "3B000123456"}, "ma w bazie inna legitymacja"),
    ],
)
def test_a_card_that_cannot_be_refuses_the_whole_row(changes: Row, words: str) -> None:
    bring_in(ROW)
    (result,) = bring_in(ROW | changes | {"nazwisko": "Kowalska"})
    assert result.outcome == "rejected"
    assert words in result.detail
    assert StudentCard.objects.get().valid_until == date(2026, 10, 31)
    assert Student.objects.get().last_name == "Nowak"


def test_a_number_of_somebody_elses_card_is_refused() -> None:
    bring_in(ROW)
    jan = ROW | {"numer_albumu": "2", "login": "jan", "pesel": ""}
    assert "ma w bazie inna legitymacja" in bring_in(jan)[0].detail


def test_a_card_that_has_ended_here_stays_ended_whatever_the_file_says() -> None:
    bring_in(ROW | {"els_wazna_do": "2026-03-31"})
    end_card(StudentCard.objects.get(), EndReason.LOST, by=None)
    assert outcomes(bring_in(ROW)) == ["unchanged"]
    assert StudentCard.objects.get().end_reason == EndReason.LOST


def test_rows_of_one_student_agree_on_the_card() -> None:
    second = ANNA | {"kierunek": "prawo"}
    assert outcomes(bring_in(second, ROW)) == ["new", "new"]
    results = bring_in(ROW, second | NEXT_CARD, second | {"kierunek": "fizyka"})
    assert outcomes(results) == ["rejected", "rejected", "new"]
    assert "różnych legitymacjach" in results[0].detail
    assert StudentCard.objects.count() == 1
