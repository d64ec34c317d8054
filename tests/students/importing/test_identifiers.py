"""Numbers that a spreadsheet has changed: the student and the card are recognised, or the row is refused."""

import pytest

from students.models import Student, StudentCard
from tests.students.importing.importer import bring_in, look_at, outcomes
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row

pytestmark = pytest.mark.django_db

ZEROS = ANNA | ANNAS_CARD | {"numer_albumu": "0720004", "els_numer": "0070000101", "els_uid_stykowy": "0A1"}
JAN = ANNA | {"numer_albumu": "740002", "login": "jan", "imiona": "Jan", "pesel": ""}
ROUNDED, WHOLE = "21000123456789000", "21000123456789012"


def stored() -> tuple[list[str | None], list[tuple[str, str | None, bool]]]:
    """Return all album numbers, and the numbers of all cards with whether they are in use."""
    cards = StudentCard.objects.order_by("barcode_number")
    return (
        sorted(Student.objects.values_list("album_number", flat=True), key=str),
        [(card.barcode_number, card.contact_chip_uid, card.ended_on is None) for card in cards],
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"numer_albumu": "720004"},
        {"numer_albumu": "720004.0"},
        {"numer_albumu": '="0720004"'},
        {"els_numer": "70000101"},
        {"els_numer": "70000101.0"},
        {"els_numer": "000070000101"},
        {"els_uid_stykowy": "A1"},
        {"els_uid_stykowy": "0a1"},
        {"els_numer": "70000101", "numer_albumu": "720004", "els_uid_stykowy": "A1", "pesel": "2270803624"},
        {"login": "ANNA"},
    ],
)
def test_numbers_without_their_zeros_are_recognised_and_stay_as_they_are(changes: Row) -> None:
    bring_in(ZEROS)
    before = stored()
    assert outcomes(bring_in(ZEROS | changes)) == ["unchanged"]
    assert stored() == before
    assert Student.objects.get().user.username == "anna"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"numer_albumu": "7,20004E+05"}, "numer_albumu: To liczba w zapisie wykładniczym"),
        ({"els_numer": "7,00001E+07"}, "els_numer: To liczba w zapisie wykładniczym"),
        ({"els_uid_stykowy": "1E+10"}, "els_uid_stykowy: To liczba"),
        ({"els_numer": ROUNDED}, "els_numer: Arkusz zaokrąglił"),
        ({"els_numer": f"{WHOLE}.0"}, "els_numer: Arkusz zaokrąglił"),
        ({"els_uid_bezstykowy": "1234567890123400"}, "els_uid_bezstykowy: Arkusz zaokrąglił"),
        ({"numer_albumu": "1234567890123400"}, "numer_albumu: Arkusz zaokrąglił"),
    ],
)
def test_numbers_that_lack_digits_are_refused_and_end_nothing(changes: Row, words: str) -> None:
    bring_in(ZEROS)
    before = stored()
    (result,) = bring_in(ZEROS | changes)
    assert (result.outcome, words in result.detail) == ("rejected", True), result.detail
    assert stored() == before


def test_a_number_of_somebody_else_without_its_zeros_is_refused() -> None:
    bring_in(ZEROS)
    album = JAN | {"numer_albumu": "720004"}
    card = JAN | ANNAS_CARD | {"els_numer": "70000101", "els_uid_stykowy": "", "els_uid_bezstykowy": ""}
    chip = JAN | ANNAS_CARD | {"els_numer": "5", "els_uid_stykowy": "A1", "els_uid_bezstykowy": ""}
    for row in (album, card, chip):
        (result,) = bring_in(row)
        assert (result.outcome, "zerami na początku" in result.detail) == ("rejected", True), result
    assert Student.objects.count() == 1


def test_of_two_students_whose_numbers_differ_by_a_zero_the_one_with_the_login_is_meant() -> None:
    bring_in(ZEROS)
    bring_in(JAN | {"numer_albumu": "5"})
    Student.objects.filter(album_number="5").update(album_number="720004")
    assert outcomes(bring_in(ZEROS | {"numer_albumu": "720004"})) == ["unchanged"]
    assert outcomes(bring_in(JAN | {"numer_albumu": "720004"})) == ["unchanged"]
    assert stored()[0] == ["0720004", "720004"]


def test_rows_of_one_student_may_write_the_number_each_in_its_way() -> None:
    law = ZEROS | {"kierunek": "prawo", "poziom": "JM", "numer_albumu": "720004", "els_numer": "70000101"}
    assert outcomes(bring_in(law, ZEROS)) == ["new", "new"]
    assert stored()[0] == ["0720004"]


def test_rows_of_two_students_whose_numbers_differ_by_zeros_are_refused() -> None:
    other = JAN | ANNAS_CARD | {"els_numer": "70000101", "els_uid_stykowy": "", "els_uid_bezstykowy": ""}
    assert outcomes(look_at(ZEROS, other)) == ["rejected", "rejected"]
    assert outcomes(look_at(ZEROS, JAN | {"numer_albumu": "720004"})) == ["rejected", "rejected"]


def test_a_long_number_that_really_ends_in_zeros_is_taken_where_the_file_shows_that_nothing_was_rounded() -> (
    None
):
    chips = {"els_uid_stykowy": "", "els_uid_bezstykowy": ""}
    anna = ANNA | ANNAS_CARD | chips | {"els_numer": ROUNDED}
    jan = JAN | ANNAS_CARD | chips | {"els_numer": WHOLE}
    assert outcomes(bring_in(anna)) == ["rejected"]
    assert outcomes(bring_in(anna, jan)) == ["new", "new"]
    assert outcomes(bring_in(anna)) == ["unchanged"], "it is her number by now"
    mine = jan | {"els_numer": ROUNDED}
    (result, _other) = bring_in(mine, anna | {"els_numer": "31000123456789012"})
    assert result.outcome == "rejected"
    assert StudentCard.objects.get(barcode_number=WHOLE).ended_on is None


def test_what_a_spreadsheet_has_left_of_ones_own_number_is_no_new_card() -> None:
    """Also where another number of the file shows that it holds them whole."""
    chips = {"els_uid_stykowy": "", "els_uid_bezstykowy": ""}
    jan = JAN | ANNAS_CARD | chips | {"els_numer": WHOLE}
    bring_in(jan)
    anna = ANNA | ANNAS_CARD | chips | {"els_numer": "31000123456789012"}
    (result, other) = bring_in(jan | {"els_numer": ROUNDED}, anna)
    assert (result.outcome, "Arkusz zaokrąglił" in result.detail, other.outcome) == ("rejected", True, "new")
    assert StudentCard.objects.get(barcode_number=WHOLE).ended_on is None
