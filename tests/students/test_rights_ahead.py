"""How far rights reach: those that end, and studies that begin, after the day that is asked about."""

from datetime import date
from typing import Any

import pytest

from students.eligibility import ConditionState
from tests.students.factories import make_enrolment
from tests.students.test_conditions import BEFORE, TODAY, carded, eligibility, enrolled

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
    assert "Twoje studia zaczynają się 1 października 2026. Od tego dnia możesz zamówić" in str(
        outcome.remedy
    )
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


@pytest.mark.parametrize(
    ("valid_until", "today"), [(date(2027, 3, 31), TODAY), (date(2026, 10, 31), TODAY), (TODAY, TODAY)]
)
def test_under_els_the_right_reaches_as_far_as_the_card(valid_until: date, today: date) -> None:
    assert eligibility(carded({"valid_until": valid_until}), today).entitled_until == valid_until


def test_under_els_there_is_no_right_without_a_card() -> None:
    assert eligibility(enrolled()).entitled_until is None
    assert eligibility(carded({"ended_on": TODAY, "end_reason": "lost"})).entitled_until is None


@pytest.mark.parametrize(
    ("today", "enrolment", "until"),
    [
        (date(2026, 11, 1), {}, date(2027, 3, 31)),
        (date(2026, 12, 31), {}, date(2027, 3, 31)),
        (date(2027, 2, 28), {}, date(2027, 3, 31)),
        (date(2027, 3, 1), {}, date(2027, 10, 31)),
        (date(2027, 3, 31), {}, date(2027, 10, 31)),
        (date(2027, 4, 1), {}, date(2027, 10, 31)),
        (date(2027, 9, 30), {}, date(2027, 10, 31)),
        (date(2027, 10, 1), {}, date(2028, 3, 31)),
        (date(2027, 10, 31), {}, date(2028, 3, 31)),
        # A planned end is none, before and after it has passed.
        (TODAY, {"ended_on": date(2027, 2, 15)}, date(2027, 3, 31)),
        (TODAY, {"ended_on": date(2026, 11, 22)}, date(2027, 3, 31)),
        # A known end is: the day before a strike-off, the last day of a graduate's rights.
        (TODAY, {"status": "struck_off", "ended_on": date(2027, 1, 1)}, date(2026, 12, 31)),
        (TODAY, {"status": "struck_off", "ended_on": date(2026, 11, 23)}, None),
        (date(2026, 8, 1), {"status": "graduated", "ended_on": date(2026, 7, 10)}, date(2026, 10, 31)),
        (date(2026, 10, 5), {"status": "graduated", "ended_on": date(2026, 7, 10)}, date(2026, 10, 31)),
        (date(2026, 2, 21), {"status": "graduated", "ended_on": date(2026, 2, 20)}, date(2026, 3, 31)),
        (date(2026, 3, 1), {"status": "graduated", "ended_on": date(2026, 2, 20)}, date(2026, 10, 31)),
        (date(2026, 11, 1), {"status": "graduated", "ended_on": date(2026, 7, 10)}, None),
    ],
)
def test_under_pesel_a_document_is_valid_as_a_card_extended_that_day_would_be_or_to_a_known_end(
    today: date, enrolment: dict[str, Any], until: date | None
) -> None:
    assert eligibility(enrolled(**enrolment), today, "pesel").entitled_until == until
