"""Persons and studies: who is new, who changed, who cannot be who the row says."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry

from students.models import Enrolment, Faculty, Programme, Student, User
from students.pesel import compose_pesel
from tests.students.factories import make_student, make_user
from tests.students.importing.importer import bring_in, look_at, outcomes
from tests.students.importing.usos_file import ANNA, ANNAS_CARD, Row

pytestmark = pytest.mark.django_db

BORN = date(2001, 3, 4)
JAN: Row = ANNA | {
    "numer_albumu": "222222",
    "login": "jan",
    "imiona": "Jan",
    "nazwisko": "Kowalski",
    "pesel": compose_pesel(BORN, "M", 7),
    "data_urodzenia": BORN.isoformat(),
    "email": "jan@student.example.edu.pl",
}


def everything() -> list[Any]:
    """Every row of what an import writes."""
    return [
        sorted(map(str, model._default_manager.values_list()))
        for model in (Faculty, Programme, User, Student, Enrolment, LogEntry)
    ]


def test_a_new_student_gets_an_account_without_a_password_and_studies_in_a_new_programme() -> None:
    assert outcomes(bring_in(ANNA)) == ["new"]
    student = Student.objects.get()
    assert (student.first_names, student.last_name, student.pesel) == ("Anna Maria", "Nowak", "02270803624")
    assert (student.sex, student.birth_date, student.album_number) == ("F", date(2002, 7, 8), "123456")
    assert (student.user.username, student.user.email) == ("anna", "anna@student.example.edu.pl")
    assert not student.user.has_usable_password()
    enrolment = student.enrolments.get()
    assert (enrolment.started_on, enrolment.ended_on, enrolment.status) == (date(2025, 10, 1), None, "active")
    assert (enrolment.programme.name, enrolment.programme.level) == ("filozofia", "first_cycle")
    assert (enrolment.programme.faculty.code, enrolment.programme.faculty.name) == (
        "WF",
        "Wydział Filozoficzny",
    )


def test_the_same_rows_again_change_nothing_write_nothing_and_tell_nobody(
    told: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    rows = (ANNA | ANNAS_CARD, ANNA | {"kierunek": "prawo", "poziom": "JM"}, JAN | {"pesel": ""})
    bring_in(*rows)
    before = everything()
    with django_capture_on_commit_callbacks(execute=True):
        assert outcomes(bring_in(*rows)) == ["unchanged"] * 3
    assert everything() == before
    assert told == {}


def test_a_preview_changes_nothing_and_says_what_the_import_then_does() -> None:
    bring_in(JAN)
    before = everything()
    rows = (ANNA, JAN | {"nazwisko": "Nowak"}, JAN | {"numer_albumu": "1"})
    previewed = look_at(*rows[:2])
    assert everything() == before
    assert previewed == bring_in(*rows[:2])
    assert [result.detail for result in previewed] == [
        "nowy student; nowe studia: filozofia, studia I stopnia",
        "zmiana danych: nazwisko: Kowalski → Nowak",
    ]


def test_a_foreigner_without_a_pesel_is_imported_and_the_sex_stays_open() -> None:
    row = JAN | {"pesel": "", "nazwisko": "Nguyễn"}
    assert outcomes(bring_in(row)) == ["new"]
    student = Student.objects.get()
    assert (student.pesel, student.sex) == (None, None)
    assert outcomes(bring_in(row | {"pesel": JAN["pesel"]})) == ["changed"]
    student.refresh_from_db()
    assert (student.pesel, student.sex) == (JAN["pesel"], "M")


def test_changed_data_are_written_told_of_and_logged_without_the_pesel(
    told: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    bring_in(ANNA, JAN)
    pesel = compose_pesel(date(2002, 7, 8), "F", 99)
    with django_capture_on_commit_callbacks(execute=True):
        bring_in(ANNA | {"nazwisko": "Kowalska", "pesel": pesel}, JAN)
    anna = Student.objects.get(album_number="123456")
    assert (anna.last_name, anna.pesel, anna.user.last_name) == ("Kowalska", pesel, "Kowalska")
    assert Student.objects.filter(pesel_index=anna.pesel_index).count() == 1
    assert told == {"students_changed": [[anna.pk]]}
    entry = LogEntry.objects.get_for_object(anna).get(action=LogEntry.Action.UPDATE)
    assert entry.changes["last_name"] == ["Nowak", "Kowalska"]
    logged = "".join(str(row) for row in LogEntry.objects.values_list())
    assert pesel not in logged and ANNA["pesel"] not in logged
    assert LogEntry.objects.get_for_object(anna).filter(action=LogEntry.Action.CREATE).count() == 1


def test_an_empty_pesel_and_an_empty_address_leave_what_is_stored() -> None:
    bring_in(ANNA)
    assert outcomes(bring_in(ANNA | {"pesel": "", "email": ""})) == ["unchanged"]
    (result,) = bring_in(ANNA | {"pesel": "", "data_urodzenia": "2002-07-09"})
    assert "nie da się jej sprawdzić" in result.detail


def test_a_new_login_or_a_new_album_number_of_the_same_person_is_a_change() -> None:
    bring_in(ANNA)
    assert outcomes(bring_in(ANNA | {"login": "anna.nowak"})) == ["changed"]
    assert outcomes(bring_in(ANNA | {"login": "anna.nowak", "numer_albumu": "654321"})) == ["changed"]
    student = Student.objects.get()
    assert (student.album_number, student.user.username) == ("654321", "anna.nowak")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"numer_albumu": "123456"}, "numer albumu należy w bazie do kogoś innego"),
        ({"login": "anna"}, "login należy w bazie do studenta o innym numerze albumu"),
        (
            {"pesel": ANNA["pesel"], "data_urodzenia": ANNA["data_urodzenia"]},
            "numer PESEL ma w bazie student o innym",
        ),
    ],
)
def test_what_belongs_to_somebody_else_is_refused(changes: Row, words: str) -> None:
    bring_in(ANNA)
    (result,) = bring_in(JAN | changes)
    assert result.outcome == "rejected"
    assert words in result.detail
    assert Student.objects.count() == 1


def test_a_login_of_another_account_is_refused_and_staff_keep_theirs() -> None:
    bring_in(ANNA)
    make_user("zajęty")
    assert "do innego konta" in bring_in(ANNA | {"login": "zajęty"})[0].detail
    clerk = make_user("jan", is_staff=True, email="clerk@example.edu.pl")
    assert outcomes(bring_in(JAN)) == ["new"]
    clerk.refresh_from_db()
    assert (clerk.email, clerk.student.album_number) == ("clerk@example.edu.pl", "222222")
    assert "pracownika" in bring_in(JAN | {"login": "jan2"})[0].detail


def test_an_account_that_was_there_becomes_the_new_students_with_their_name_and_address() -> None:
    account = make_user("jan", first_name="J.", last_name="K.", email="old@example.edu.pl")
    assert outcomes(bring_in(JAN)) == ["new"]
    account.refresh_from_db()
    assert (account.first_name, account.last_name, account.email) == ("Jan", "Kowalski", JAN["email"])
    assert account.student.album_number == "222222"


def test_an_album_number_of_two_people_is_refused_in_all_its_rows_and_only_there() -> None:
    results = bring_in(ANNA, JAN, JAN | {"imiona": "Janusz"})
    assert outcomes(results) == ["new", "rejected", "rejected"]
    assert results[1].subject == "wiersz 3"
    assert "powtórzony numer albumu: w pliku mają go osoby o różnych danych" in results[1].detail


@pytest.mark.parametrize("column", ["login", "pesel", "els_numer", "els_uid_stykowy"])
def test_what_two_album_numbers_share_in_the_file_is_refused_in_both(column: str) -> None:
    anna, jan = ANNA | ANNAS_CARD, JAN | ANNAS_CARD | {"els_numer": "1", "els_uid_stykowy": "2"}
    jan |= {"els_uid_bezstykowy": "3", column: anna[column]}
    results = bring_in(anna, jan)
    assert outcomes(results) == ["rejected", "rejected"]
    assert column in results[0].detail and ANNA["pesel"] not in results[0].detail
    assert Student.objects.count() == 0


def test_a_bad_row_is_refused_alone_with_its_number_and_nothing_of_it_is_done() -> None:
    results = bring_in(ANNA, JAN | {"poziom": "IV"}, ANNA | {"kierunek": "prawo", "od": "kiedyś"})
    assert {result.subject: result.outcome.value for result in results} == {
        "wiersz 2": "new",
        "wiersz 3": "rejected",
        "wiersz 4": "rejected",
    }
    assert list(Enrolment.objects.values_list("programme__name", flat=True)) == ["filozofia"]


def test_students_whom_the_file_does_not_name_are_left_alone() -> None:
    student = make_student()
    before = Student.objects.filter(pk=student.pk).values().get()
    bring_in(ANNA)
    assert Student.objects.filter(pk=student.pk).values().get() == before
    assert not LogEntry.objects.get_for_object(student).filter(action=LogEntry.Action.UPDATE).exists()


def test_what_changes_about_a_person_is_told_once_with_their_first_row() -> None:
    second = ANNA | {"kierunek": "prawo"}
    bring_in(ANNA, second)
    results = bring_in(ANNA | {"nazwisko": "Kowalska"}, second | {"nazwisko": "Kowalska"})
    assert outcomes(results) == ["changed", "unchanged"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Kowalska-Nowak", "KOWALSKA-NOWAK"),
        ("Kowalska-Nowak", "Kowalska – Nowak"),
        ("O'Brien", "O’Brien"),
    ],
)
def test_a_name_spelled_otherwise_is_stored_and_is_no_change(before: str, after: str) -> None:
    bring_in(ANNA | {"nazwisko": before})
    (result,) = bring_in(ANNA | {"nazwisko": after})
    assert (result.outcome, result.detail) == ("respelled", f"inna pisownia: nazwisko: {before} → {after}")
    student = Student.objects.get()
    assert student.last_name == student.user.last_name == after
    assert outcomes(bring_in(ANNA | {"nazwisko": after})) == ["unchanged"]


def test_another_letter_is_a_change() -> None:
    bring_in(ANNA)
    (result,) = bring_in(ANNA | {"nazwisko": "Nówak"})
    assert (result.outcome, "nazwisko" in result.detail) == ("changed", True)


def test_rows_of_one_person_may_spell_the_name_and_the_address_each_in_its_way() -> None:
    law = {"kierunek": "prawo", "poziom": "JM"}
    spelled = {"nazwisko": "NOWAK", "email": "anna.nowak@example.edu.pl"}
    assert outcomes(bring_in(ANNA, ANNA | law | spelled)) == ["new", "new"]
    other = {"nazwisko": "Nowakowa", "kierunek": "socjologia"}
    assert outcomes(bring_in(ANNA, ANNA | other)) == ["rejected", "rejected"]


def test_faculties_and_programmes_are_found_however_they_are_spelled() -> None:
    bring_in(ANNA | {"wydzial": "Wydział Nauk o Ziemi – Geografii", "kierunek": "geografia-turystyka"})
    spelled = {"wydzial": "WYDZIAŁ NAUK O ZIEMI - GEOGRAFII", "kierunek": "Geografia–Turystyka"}
    assert outcomes(bring_in(ANNA | spelled)) == ["unchanged"]
    assert (Faculty.objects.count(), Programme.objects.count()) == (1, 1)


def test_one_student_has_fifty_rows_at_most() -> None:
    results = bring_in(*(ANNA | {"kierunek": f"kierunek {number}"} for number in range(51)))
    assert outcomes(results) == ["new"] * 50 + ["rejected"]
    assert "zbyt wiele wierszy" in results[-1].detail


def test_a_pesel_that_lost_its_zero_is_still_the_same_as_somebody_elses() -> None:
    other = ANNA | {"numer_albumu": "2", "login": "jan", "pesel": ANNA["pesel"].removeprefix("0")}
    results = bring_in(ANNA, other)
    assert outcomes(results) == ["rejected", "rejected"]
    assert all("to samo (pesel)" in result.detail for result in results)
