"""Eligibility of one student, read from the annotations of `Student.objects.with_conditions`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Q
from django.utils.text import format_lazy
from django_stubs_ext import StrOrPromise

from students.conditions import ACTIVE_STUDENT, RULES, STUDIES_BEGIN, Condition
from students.models import Level, Student, User
from students.moments import write_day_lazily
from students.prepared import Given, PreparedQuery


class ConditionState(StrEnum):
    """State of a condition; it `depends` while the condition that it needs is not met."""

    MET = "met"
    NOT_MET = "not_met"
    DEPENDS = "depends"


def not_met(condition: Condition) -> Q:
    """Return the filter, over `with_conditions`, of students who fail a condition; `depends` does not count."""
    failed = Q(**{condition.annotation: False})
    return failed & Q(**{f"meets_{condition.needs}": True}) if condition.needs else failed


@dataclass(frozen=True)
class ConditionResult:
    """A condition and its state; what to do about it, and who can help (empty where nobody has to)."""

    condition: Condition
    state: ConditionState
    remedy: StrOrPromise
    helper: StrOrPromise


@dataclass(frozen=True)
class Eligibility:
    """A student's right to an mLegitymacja.

    `levels` are those of the current studies; `entitled_until` is the last day that a document may be valid, None
    where nothing gives a right to one.
    """

    level_allowed: bool
    levels: tuple[Level, ...]
    outcomes: tuple[ConditionResult, ...]
    may_order: bool
    entitled_until: date | None


def eligibility_of(user: User | AnonymousUser, today: date) -> Eligibility | None:
    """Return the eligibility of the student with this account, with one query; None for anybody else."""
    student = _by_account(today, settings.ELIGIBILITY_RULES).first(account=user.pk)
    return assess(student) if student else None


@lru_cache(maxsize=4)
def _by_account(today: date, rules: str) -> PreparedQuery[Student]:
    account = Given("account", BigIntegerField())
    return PreparedQuery(Student.objects.with_conditions(today, rules).filter(user=account).only("pk"))


def assess(student: Student) -> Eligibility:
    """Return a student's eligibility, without a query.

    Raises ValueError for a student who was not fetched with `with_conditions`.
    """
    answers = vars(student)
    if "eligibility_rules" not in answers:
        raise ValueError("assess() needs a student fetched through Student.objects.with_conditions()")

    def state(condition: Condition) -> ConditionState:
        if answers[condition.annotation]:
            return ConditionState.MET
        if condition.needs and not answers[f"meets_{condition.needs}"]:
            return ConditionState.DEPENDS
        return ConditionState.NOT_MET

    def result(condition: Condition) -> ConditionResult:
        begins: date | None = answers["studies_begin"]
        if condition is ACTIVE_STUDENT and begins is not None:
            # Lazily, since an API says it in both languages.
            remedy = format_lazy(STUDIES_BEGIN, day=write_day_lazily(begins))
            return ConditionResult(condition, state(condition), remedy, "")
        return ConditionResult(condition, state(condition), condition.remedy, condition.helper)

    rules = RULES[answers["eligibility_rules"]]
    current = set(answers["current_levels"])
    return Eligibility(
        level_allowed=answers["level_allowed"],
        levels=tuple(level for level in Level if level in current),
        outcomes=tuple(map(result, rules)),
        may_order=answers["may_order"],
        entitled_until=answers["entitled_until"],
    )
