"""Each condition on both sides of every limit, under both sets of rules."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from students.conditions import RULES
from students.eligibility import ConditionState, Eligibility, assess
from students.models import Level, Student
from tests.students.factories import make_card, make_enrolment, make_student

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
BEFORE = date(2024, 10, 1)


def eligibility(student: Student, today: date = TODAY, rules: str = "els") -> Eligibility:
    return assess(Student.objects.with_conditions(today, rules).get(pk=student.pk))


def unmet(student: Student, today: date = TODAY, rules: str = "els") -> dict[str, ConditionState]:
    outcomes = eligibility(student, today, rules).outcomes
    return {
        outcome.condition.code: outcome.state for outcome in outcomes if outcome.state != ConditionState.MET
    }


def enrolled(
    level: str = Level.FIRST_CYCLE, student: dict[str, Any] | None = None, **enrolment: Any
) -> Student:
    made = make_student(**(student or {}))
    make_enrolment(made, level, **{"started_on": BEFORE, **enrolment})
    return made


def carded(card: dict[str, Any] | None = None, **student: Any) -> Student:
    made = enrolled(student=student)
    make_card(made, **{"issued_on": BEFORE, "valid_until": date(2027, 3, 31), **(card or {})})
    return made


def test_the_texts_are_those_of_the_manual_in_its_order() -> None:
    manual = [
        "Jesteś aktywnym studentem",
        "Masz numer PESEL",
        "Masz numer albumu",
        "Masz zdjęcie w USOS",
        "Masz Elektroniczną Legitymację Studencką (plastikową)",
        "Twoja (plastikowa) ELS została przedłużona w USOS",
        "Twoje dane osobowe nie zmieniły się od czasu wydania ELS",
    ]
    assert [str(condition.text) for condition in RULES["els"]] == manual
    assert [str(condition.text) for condition in RULES["pesel"]] == manual[:4]


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_who_meets_every_condition_may_order(rules: str) -> None:
    found = eligibility(carded(), rules=rules)
    assert {outcome.state for outcome in found.outcomes} == {ConditionState.MET}
    assert [outcome.condition for outcome in found.outcomes] == list(RULES[rules])
    assert found.may_order
    assert found.level_allowed
    assert found.levels == (Level.FIRST_CYCLE,)


@pytest.mark.parametrize(
    ("student", "missing"),
    [
        ({"pesel": None}, "has_pesel"),
        ({"album_number": None}, "has_album_number"),
        ({"album_number": ""}, "has_album_number"),
        ({"photo": None}, "has_photo"),
    ],
)
@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_each_thing_a_student_lacks_is_the_one_condition_that_fails(
    student: dict[str, Any], missing: str, rules: str
) -> None:
    made = carded(**student)
    assert unmet(made, rules=rules) == {missing: ConditionState.NOT_MET}
    assert not eligibility(made, rules=rules).may_order


def test_who_lacks_a_photo_reads_how_large_it_has_to_be() -> None:
    (lacking,) = [each for each in eligibility(carded(photo=None)).outcomes if each.state != "met"]
    assert "co najmniej 354×496 pikseli, najwyżej 5 MB" in str(lacking.remedy)


ACTIVE_CASES = [
    # enrolment, the day asked about, is it current
    ({}, TODAY, True),
    ({"status": "leave"}, TODAY, True),
    ({"started_on": TODAY}, TODAY, True),
    ({"started_on": date(2026, 11, 24)}, TODAY, False),
    ({"ended_on": TODAY}, TODAY, True),
    # A planned end that has passed ends nothing: the diploma may be late.
    ({"ended_on": date(2026, 11, 22)}, TODAY, True),
    ({"status": "leave", "ended_on": date(2026, 11, 22)}, TODAY, True),
    # A dated end ends the right on that day, not before.
    ({"status": "struck_off", "ended_on": date(2026, 11, 1)}, TODAY, False),
    ({"status": "struck_off", "ended_on": date(2026, 11, 24)}, TODAY, True),
    ({"status": "struck_off", "ended_on": date(2026, 11, 24)}, date(2026, 11, 24), False),
    ({"status": "graduated", "ended_on": date(2026, 12, 10)}, TODAY, True),
    ({"status": "graduated", "ended_on": date(2026, 12, 10)}, date(2026, 12, 10), False),
    # A first-cycle graduate: until 31 October of the year of graduation.
    ({"status": "graduated", "ended_on": date(2026, 7, 10)}, date(2026, 10, 31), True),
    ({"status": "graduated", "ended_on": date(2026, 7, 10)}, date(2026, 11, 1), False),
    ({"status": "graduated", "ended_on": date(2026, 7, 10)}, date(2027, 1, 2), False),
    ({"status": "graduated", "ended_on": date(2026, 1, 1)}, date(2026, 10, 31), True),
    ({"status": "graduated", "ended_on": date(2025, 12, 31)}, date(2026, 1, 1), False),
    ({"status": "graduated", "ended_on": date(2025, 12, 31)}, date(2026, 10, 31), False),
    ({"status": "graduated", "ended_on": date(2026, 11, 20)}, date(2026, 11, 23), False),
]


@pytest.mark.parametrize(("enrolment", "today", "active"), ACTIVE_CASES)
@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_who_is_an_active_student(enrolment: dict[str, Any], today: date, active: bool, rules: str) -> None:
    student = enrolled(**enrolment)
    make_card(student, issued_on=BEFORE, valid_until=date(2027, 10, 31))
    expected = {} if active else {"active_student": ConditionState.NOT_MET}
    assert unmet(student, today, rules) == expected
    found = eligibility(student, today, rules)
    assert found.may_order == active
    assert found.levels == ((Level.FIRST_CYCLE,) if active else ())
    assert found.level_allowed, "without any studies it is the first condition that explains, not the level"


@pytest.mark.parametrize("level", [level for level in Level if level != Level.FIRST_CYCLE])
def test_graduates_of_other_levels_are_no_students_from_that_day(level: str) -> None:
    student = enrolled(level, status="graduated", ended_on=date(2026, 7, 10))
    assert unmet(student, date(2026, 7, 9), "pesel") == {}
    assert unmet(student, date(2026, 7, 10), "pesel") == {"active_student": ConditionState.NOT_MET}


@pytest.mark.parametrize(
    ("levels", "allowed"),
    [
        (["first_cycle"], True),
        (["second_cycle"], True),
        (["uniform_masters"], True),
        (["doctoral"], False),
        (["postgraduate"], False),
        (["doctoral", "postgraduate"], False),
        (["doctoral", "second_cycle"], True),
        ([], True),
    ],
)
@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_which_levels_give_a_right(levels: list[str], allowed: bool, rules: str) -> None:
    student = make_student()
    for level in levels:
        make_enrolment(student, level, started_on=BEFORE)
    make_card(student, issued_on=BEFORE, valid_until=date(2027, 3, 31))
    found = eligibility(student, rules=rules)
    assert found.level_allowed == allowed
    assert found.may_order == (allowed and bool(levels))
    assert set(found.levels) == set(levels)


def test_a_doctoral_student_who_was_once_struck_off_a_first_cycle_has_no_right() -> None:
    student = enrolled("doctoral")
    make_enrolment(student, "first_cycle", started_on=BEFORE, status="struck_off", ended_on=date(2025, 3, 1))
    assert not eligibility(student).level_allowed


DEPENDS = {
    "has_card": ConditionState.NOT_MET,
    "card_extended": ConditionState.DEPENDS,
    "data_unchanged": ConditionState.DEPENDS,
}


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"valid_until": TODAY}, {}),
        ({"valid_until": date(2026, 11, 22)}, {"card_extended": ConditionState.NOT_MET}),
        ({"ended_on": TODAY, "end_reason": "lost"}, DEPENDS),
        ({"holder_first_names": "Anna"}, {"data_unchanged": ConditionState.NOT_MET}),
        ({"holder_last_name": "Nowak-Lis"}, {"data_unchanged": ConditionState.NOT_MET}),
        ({"holder_last_name": "nowak"}, {}),
        ({"holder_last_name": "Nówak"}, {"data_unchanged": ConditionState.NOT_MET}),
        ({"holder_pesel": "44051401359"}, {"data_unchanged": ConditionState.NOT_MET}),
        ({"holder_pesel": None}, {"data_unchanged": ConditionState.NOT_MET}),
    ],
)
def test_what_the_card_must_be(card: dict[str, Any], expected: dict[str, ConditionState]) -> None:
    student = carded(card)
    assert unmet(student) == expected
    assert eligibility(student).may_order == (not expected)
    assert unmet(student, rules="pesel") == {}, "the rules of 2025 ask for no card"


def test_without_a_card_what_is_asked_about_it_depends() -> None:
    assert unmet(enrolled()) == DEPENDS


@pytest.mark.parametrize(("issued_on", "counts"), [(TODAY, True), (date(2026, 11, 24), False)])
def test_a_card_counts_from_the_day_it_is_issued(issued_on: date, counts: bool) -> None:
    student = carded({"issued_on": issued_on})
    assert unmet(student) == ({} if counts else DEPENDS)
    assert eligibility(student).entitled_until == (date(2027, 3, 31) if counts else None)


def test_an_ended_card_does_not_count_beside_a_new_one() -> None:
    student = carded({"ended_on": TODAY, "end_reason": "data_changed", "holder_last_name": "Lis"})
    make_card(student, issued_on=BEFORE, valid_until=date(2027, 3, 31))
    assert unmet(student) == {}


def test_a_foreigner_whose_card_has_no_pesel_either_has_unchanged_data() -> None:
    assert unmet(carded(pesel=None)) == {"has_pesel": ConditionState.NOT_MET}


def test_a_change_that_is_changed_back_costs_nothing() -> None:
    student = carded()
    for surname, expected in (("Lis", {"data_unchanged": ConditionState.NOT_MET}), ("Nowak", {})):
        student.last_name = surname
        student.save()
        assert unmet(student) == expected


def test_the_setting_chooses_the_rules(settings: Any) -> None:
    student = enrolled()
    settings.ELIGIBILITY_RULES = "pesel"
    assert assess(Student.objects.with_conditions(TODAY).get()).may_order
    settings.ELIGIBILITY_RULES = "els"
    assert not assess(Student.objects.with_conditions(TODAY).get(pk=student.pk)).may_order
    settings.ELIGIBILITY_RULES = "plastik"
    with pytest.raises(ImproperlyConfigured, match="plastik"):
        Student.objects.with_conditions(TODAY)


def test_a_student_who_was_not_asked_about_cannot_be_assessed() -> None:
    with pytest.raises(ValueError, match="with_conditions"):
        assess(make_student())


@pytest.mark.parametrize("make", [lambda: [carded()], lambda: [carded() for _ in range(7)]])
def test_one_query_answers_for_any_number_of_students(make: Callable[[], list[Student]]) -> None:
    made = make()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = [assess(student) for student in Student.objects.with_conditions(TODAY)]
    assert len(found) == len(made)
    assert all(eligibility.may_order for eligibility in found)
    assert len(queries) == 1


def test_those_who_may_order_can_be_selected_and_counted_in_the_database() -> None:
    may, may_not = carded(), carded(photo=None)
    asked = Student.objects.with_conditions(TODAY)
    assert list(asked.filter(Q(may_order=True))) == [may]
    assert list(asked.filter(Q(meets_has_photo=False))) == [may_not]
    assert asked.filter(Q(may_order=True)).count() == 1
