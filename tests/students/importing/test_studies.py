"""Enrolments: two programmes are two rows, one programme begun anew is a second enrolment, and studies end."""

from datetime import date
from typing import Any

import pytest

from students.models import Enrolment, Faculty, Level, Programme, Student
from tests.students.factories import make_programme
from tests.students.importing.importer import bring_in, outcomes
from tests.students.importing.usos_file import ANNA

pytestmark = pytest.mark.django_db

SECOND = ANNA | {"kierunek": "prawo", "poziom": "JM"}
ENDED = {"status": "skreslony", "do": "2025-11-20"}


def stored() -> list[tuple[str, str, date]]:
    """What is studied: programme, status, first day."""
    rows = Enrolment.objects.order_by("started_on", "programme__name")
    return list(rows.values_list("programme__name", "status", "started_on"))


def test_two_programmes_are_two_rows_of_one_student() -> None:
    assert outcomes(bring_in(ANNA, SECOND)) == ["new", "new"]
    assert outcomes(bring_in(ANNA, SECOND)) == ["unchanged", "unchanged"]
    assert Student.objects.count() == 1
    assert [programme for programme, _status, _day in stored()] == ["filozofia", "prawo"]


def test_the_same_programme_twice_is_a_repeated_album_number() -> None:
    results = bring_in(ANNA, ANNA, ANNA | {"od": "2025-10-02"})
    assert outcomes(results) == ["new", "rejected", "rejected"]
    assert "o tych samych studiach mówi już wiersz 2" in results[1].detail
    assert len(stored()) == 1


def test_a_programme_begun_anew_is_a_second_enrolment_in_whatever_order_the_rows_stand() -> None:
    bring_in(ANNA | {"od": "2023-10-01"})
    rows = (ANNA, ANNA | {"od": "2023-10-01", "status": "skreslony", "do": "2024-09-30"})
    assert outcomes(bring_in(*rows)) == ["new", "ended"]
    assert stored() == [
        ("filozofia", "struck_off", date(2023, 10, 1)),
        ("filozofia", "active", date(2025, 10, 1)),
    ]
    assert outcomes(bring_in(*rows)) == ["unchanged", "unchanged"]


def test_earlier_studies_of_the_same_programme_end_none_that_go_on() -> None:
    bring_in(ANNA)
    row = ANNA | {"od": "2023-10-01", "status": "skreslony", "do": "2024-09-30"}
    assert outcomes(bring_in(row)) == ["new"]
    assert stored() == [
        ("filozofia", "struck_off", date(2023, 10, 1)),
        ("filozofia", "active", date(2025, 10, 1)),
    ]


def test_a_corrected_first_day_changes_the_enrolment_that_goes_on() -> None:
    bring_in(ANNA)
    (result,) = bring_in(ANNA | {"od": "2025-10-02"})
    assert (result.outcome, result.detail) == (
        "changed",
        "nowe daty studiów: filozofia, studia I stopnia: od: 1 października 2025 → 2 października 2025",
    )
    assert stored() == [("filozofia", "active", date(2025, 10, 2))]


@pytest.mark.parametrize(("word", "status"), [("skreslony", "struck_off"), ("absolwent", "graduated")])
def test_studies_end_and_listeners_are_told_once(
    word: str, status: str, told: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    bring_in(ANNA, SECOND)
    with django_capture_on_commit_callbacks(execute=True):
        results = bring_in(*(row | ENDED | {"status": word} for row in (ANNA, SECOND)))
    assert outcomes(results) == ["ended", "ended"]
    assert results[0].detail.startswith("filozofia, studia I stopnia: status: aktywny → ")
    assert {stored_status for _name, stored_status, _day in stored()} == {status}
    assert told == {"students_changed": [[Student.objects.get().pk]]}


def test_a_leave_is_a_change_and_studies_that_ended_may_go_on() -> None:
    bring_in(ANNA)
    assert outcomes(bring_in(ANNA | {"status": "urlop"})) == ["changed"]
    bring_in(ANNA | ENDED)
    assert outcomes(bring_in(ANNA)) == ["changed"]
    assert Enrolment.objects.get().ended_on is None


@pytest.mark.parametrize("named", ["WX", "wx", "Wydział Ścisły", "wydział  ścisły"])
def test_a_faculty_is_known_by_its_code_or_its_name(named: str) -> None:
    faculty = Faculty.objects.create(code="WX", name="Wydział Ścisły", name_en="Faculty of Science")
    programme = make_programme(Level.FIRST_CYCLE, faculty=faculty, name="Filozofia")
    bring_in(ANNA | {"wydzial": " ".join(named.split())})
    assert Enrolment.objects.get().programme == programme
    assert (Faculty.objects.count(), Programme.objects.count()) == (1, 1)


def test_unknown_faculties_and_programmes_are_added_once_and_said() -> None:
    jan = ANNA | {"numer_albumu": "2", "login": "jan", "pesel": ""}
    results = bring_in(ANNA, jan, ANNA | {"wydzial": "Wydział Farmacji", "kierunek": "farmacja"})
    assert "nowy wydział w katalogu: Wydział Filozoficzny; nowy kierunek" in results[0].detail
    assert set(Faculty.objects.values_list("code", "name")) == {
        ("WF", "Wydział Filozoficzny"),
        ("WF2", "Wydział Farmacji"),
    }
    assert Programme.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("WMiI", "WMiI"),
        ("w" * 20, "w" * 20),
        ("w" * 21, "W"),
        ("Wydział Nauk o Ziemi", "WNZ"),
        ("Wydział Prac we Włoszech", "WPWW"),
        (" ".join(["Dział"] * 16), "D" * 15),
        ("a b", "W"),
    ],
)
def test_a_new_faculty_gets_a_short_code(name: str, code: str) -> None:
    bring_in(ANNA | {"wydzial": name})
    assert Faculty.objects.get().code == code


def test_faculties_of_the_same_initials_are_numbered() -> None:
    names = ("Wydział Filozoficzny", "Wydział Farmacji", "Wydział Fizyki")
    bring_in(*(ANNA | {"wydzial": name} for name in names))
    assert list(Faculty.objects.order_by("pk").values_list("code", flat=True)) == ["WF", "WF2", "WF3"]
