"""Rights that end, and studies that begin, after the day that is asked about."""

from datetime import date

import pytest

from students.eligibility import ConditionState
from tests.students.factories import make_enrolment
from tests.students.test_conditions import BEFORE, eligibility, enrolled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("begin", "until"),
    [
        (date(2026, 11, 1), date(2027, 3, 31)),
        (date(2026, 11, 2), date(2026, 10, 31)),
    ],
)
def test_under_pesel_rights_that_are_followed_without_a_gap_by_studies_do_not_end(
    begin: date, until: date
) -> None:
    student = enrolled(status="graduated", ended_on=date(2026, 7, 10))
    make_enrolment(student, "second_cycle", started_on=begin)
    assert eligibility(student, date(2026, 10, 5), "pesel").entitled_until == until


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_who_is_to_begin_reads_when_and_is_sent_nowhere(rules: str) -> None:
    student = enrolled(started_on=date(2026, 10, 1))
    outcome = eligibility(student, date(2026, 9, 10), rules).outcomes[0]
    assert (outcome.condition.code, outcome.state) == ("active_student", ConditionState.NOT_MET)
    assert "Twoje studia zaczynają się 2026-10-01. Od tego dnia możesz zamówić" in str(outcome.remedy)
    assert outcome.helper == ""
    assert not str(eligibility(enrolled("doctoral"), date(2024, 9, 1)).outcomes[0].remedy).startswith("Twoje")


def test_under_pesel_only_studies_that_give_a_right_count_and_the_longest_of_them_decides() -> None:
    student = enrolled("doctoral")
    assert eligibility(student, rules="pesel").entitled_until is None
    for level, ended_on in (("first_cycle", date(2027, 1, 1)), ("second_cycle", date(2027, 2, 1))):
        make_enrolment(student, level, started_on=BEFORE, status="struck_off", ended_on=ended_on)
    assert eligibility(student, rules="pesel").entitled_until == date(2027, 1, 31)
    make_enrolment(student, "second_cycle", started_on=BEFORE)
    assert eligibility(student, rules="pesel").entitled_until == date(2027, 3, 31)
