"""One row by itself: what is refused, with the column and the reason, and never with the PESEL."""

import pytest

from students.importing.columns import COLUMNS
from students.importing.rows import RowRejected, parse_row
from students.importing.tables import TableRow
from students.models import EnrolmentStatus, Level
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row


def line(**changes: str) -> TableRow:
    row = ANNA | ANNAS_CARD | changes
    return TableRow(17, [row[column] for column in COLUMNS])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"numer_albumu": ""}, "numer_albumu: To pole nie może być puste."),
        ({"login": ""}, "login: To pole nie może być puste."),
        ({"od": ""}, "od: To pole nie może być puste."),
        ({"numer_albumu": "12/34"}, "numer_albumu: Dozwolone są tylko litery"),
        ({"numer_albumu": "1" * 21}, "numer_albumu"),
        ({"login": "anna nowak"}, "login"),
        ({"imiona": "=HYPERLINK(1)"}, "imiona: Komórka nie może zaczynać się od znaku „=”"),
        ({"nazwisko": "@SUM"}, "nazwisko: Komórka nie może"),
        ({"nazwisko": "No\u200bwak"}, "nazwisko: W komórce są niewidoczne znaki"),
        ({"nazwisko": "Now\x00ak"}, "nazwisko: W komórce są niewidoczne znaki"),
        ({"nazwisko": "B±k"}, "nazwisko: Znaku „±” nie ma w nazwiskach; może plik ma inne kodowanie."),
        ({"nazwisko": "N" * 101}, "nazwisko"),
        (
            {"pesel": "02270803625", "poziom": "IV"},
            "pesel: Ten numer PESEL zawiera błąd: nie zgadza się cyfra kontrolna.",
        ),
        ({"pesel": "0227080"}, "pesel: Numer PESEL ma 11 cyfr."),
        (
            {"data_urodzenia": "2002-07-09", "login": ""},
            "data_urodzenia: Data urodzenia nie zgadza się z numerem PESEL.",
        ),
        ({"data_urodzenia": "8 lipca"}, "data_urodzenia: To nie jest data."),
        ({"pesel": "", "data_urodzenia": "2030-01-01"}, "data_urodzenia: Takiej daty"),
        ({"email": "anna"}, "email"),
        ({"poziom": "IV"}, "poziom: Dozwolone są: I, II, JM, III, POD."),
        ({"status": "student"}, "status: Dozwolone są: aktywny"),
        ({"status": "skreslony"}, "do: Skreślenie i ukończenie studiów wymagają daty."),
        ({"imiona": "-", "nazwisko": "-"}, "nazwisko: Student ma przynajmniej jedno: imię albo nazwisko."),
        ({"pesel": "", "data_urodzenia": "2016-01-01"}, "od: Student miał wtedy mniej niż 10 lat."),
        ({"do": "2025-09-30"}, "do: Studia nie mogą skończyć się przed ich rozpoczęciem."),
        ({"od": "45931"}, "od: To nie jest data."),
        ({"kierunek": "02270803624"}, "kierunek: To nie jest nazwa."),
        ({"els_wydana": ""}, "els_wydana: To pole nie może być puste."),
        ({"els_numer": ""}, "els_numer: To pole nie może być puste."),
        ({"els_wazna_do": "2025-10-01"}, "els_wazna_do: Legitymacja nie może stracić ważności"),
        ({"els_numer": "80 00"}, "els_numer: Dozwolone są tylko litery"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_the_column_and_the_reason(changes: Row, words: str) -> None:
    with pytest.raises(RowRejected) as refusal:
        parse_row(line(**changes))
    assert words in str(refusal.value)
    assert "0227080362" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"imiona": "-"},
        {"nazwisko": "-"},
        {"pesel": "", "data_urodzenia": "2015-12-31"},
        {"status": "skreslony", "od": "2025-10-01", "do": "2025-10-01"},
        {"els_wydana": "2025-10-03", "els_wazna_do": "2025-10-03"},
    ],
)
def test_what_is_rare_but_possible_is_taken(changes: Row) -> None:
    parse_row(line(**changes))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RowRejected, match=r"login: .*poziom: .*") as refusal:
        parse_row(line(login="", poziom="IV"))
    assert "od:" not in str(refusal.value)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("i", Level.FIRST_CYCLE),
        ("II", Level.SECOND_CYCLE),
        ("JM", Level.UNIFORM_MASTERS),
        ("III", Level.DOCTORAL),
        ("POD", Level.POSTGRADUATE),
    ],
)
def test_each_level_has_its_word(level: str, expected: Level) -> None:
    assert parse_row(line(poziom=level)).studies.level == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("aktywny", EnrolmentStatus.ACTIVE),
        ("Urlop", EnrolmentStatus.LEAVE),
        ("skreślony", EnrolmentStatus.STRUCK_OFF),
        ("absolwent", EnrolmentStatus.GRADUATED),
    ],
)
def test_each_status_has_its_word_with_and_without_diacritics(status: str, expected: str) -> None:
    assert parse_row(line(status=status, do="2026-06-30")).studies.status == expected


@pytest.mark.parametrize(
    ("typed", "birth_date"),
    [
        ("2270803624", "2002-07-08"),
        ("022 708-03624", "08.07.2002"),
        ("211000006", "2000-01-10"),
        ('="02270803624"', "2002-07-08"),
    ],
)
def test_a_pesel_is_taken_with_signs_between_and_without_the_zeros_at_its_beginning(
    typed: str, birth_date: str
) -> None:
    pesel = parse_row(line(pesel=typed, data_urodzenia=birth_date)).person.pesel
    assert pesel and len(pesel) == 11


@pytest.mark.parametrize(
    "name", ["O'Brien", "Saint-Exupéry", "Nguyễn Văn", "de la Cruz Jr.", "Ольга", "محمد"]
)
def test_names_of_the_whole_world_are_names(name: str) -> None:
    assert parse_row(line(nazwisko=name)).person.last_name == name
