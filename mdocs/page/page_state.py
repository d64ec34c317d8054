"""State of the student's page: what it shows, decided in one place; the template only lays it out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, F, OuterRef, Subquery
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from mdocs.models import Order
from mdocs.page import order_texts
from mdocs.page.parts import ConditionLine, OrderView, Page, PhonePreview, Right
from mdocs.page.shown_order import order_to_show, same_photo_refused
from mdocs.page.stepper import stepper
from mdocs.page.texts import actions, notices, reasons, situations
from mdocs.page.texts.actions import Action
from mdocs.page.time_left import remaining
from mdocs.page.trouble import breaker_columns, trouble_of
from mdocs.page.version import rows_behind
from mdocs.querysets import Lane
from mdocs.schedule import codes_end
from mdocs.statuses import CANCELLABLE, ENDING, REVOCABLE, RevocationReason, Status
from students.conditions import rights_until
from students.eligibility import ConditionResult, assess
from students.models import Enrolment, Student, User
from students.offices import office_columns, office_from
from students.prepared import Given, PreparedQuery

_MDOKUMENTY = "mdokumenty_"  # how each lane of it is, annotated under this and its name

# Expressions over Student, by the template variable that each fills: what other apps have to say on the page comes
# along with its one query.
_annotations: dict[str, Callable[[], Any]] = {}


def register_annotation(variable: str, expression: Callable[[], Any]) -> None:
    """Have every student's page fill a template variable from an expression over Student."""
    _annotations[variable] = expression


def build(user: User, now: datetime, *, versioned: bool = False) -> Page:
    """Gather what the page of this account shows at this moment: two queries, three when an end is near.

    The rows behind it come along if it is `versioned`. What changes between the two queries makes the page ask once
    more than it need have.
    """
    today = timezone.localdate(now)
    student = _students(today, settings.ELIGIBILITY_RULES, versioned).first(account=user.pk)
    if student is None:
        reason = reasons.NO_RIGHT_STAFF if user.is_staff else reasons.NO_RIGHT_NOT_A_STUDENT
        return Page(Right(False, reason, (), None), None, None, is_student=False)
    right = _right(student)
    order = order_to_show(student, now)
    # Of the calls that this student waits for; who has no live order would send one.
    lane = Lane.of(order) if order is not None else Lane.SEND
    trouble = trouble_of(getattr(student, f"{_MDOKUMENTY}{lane}"), order, right, now)
    return Page(
        right,
        _view(order, right, now, student=student, held=trouble is not None) if order else None,
        trouble,
        _holder(student, order, right),
        office=office_from(vars(student)["office"]),
        same_photo=order is not None and same_photo_refused(order, vars(student)["photo_since"]),
        annotations={name: getattr(student, name) for name in _annotations},
        rows_behind=vars(student)["rows_behind"] if versioned else (),
    )


@lru_cache(maxsize=8)
def _students(today: date, rules: str, versioned: bool) -> PreparedQuery[Student]:
    """Return the query of the student of an account with all that the page shows of them, prepared once a day."""
    overdue = Enrolment.objects.overdue(today).filter(student=OuterRef("pk")).order_by("ended_on")
    students = Student.objects.with_conditions(today, rules).annotate(
        planned_end=Subquery(overdue.values("ended_on")[:1]),
        rights_until=rights_until(today),
        photo_since=F("photo__uploaded_at"),
        office=office_columns(today),
    )
    # How mDokumenty is comes along, and what the menu counts, so that a look can be noted without a query more than
    # the page may cost.
    added = {name: expression() for name, expression in _annotations.items()}
    states = {f"{_MDOKUMENTY}{lane}": breaker_columns(lane) for lane in Lane}
    if versioned:
        added["rows_behind"] = rows_behind()
    mine = students.filter(user=Given("account", BigIntegerField()))
    return PreparedQuery(mine.annotate(**states, **added).defer("pesel"))


def _holder(student: Student, order: Order | None, right: Right) -> PhonePreview | None:
    if order is not None and order.is_live:
        if order.status in ENDING:
            return None
        return PhonePreview(student, order.valid_until, order.status == Status.COLLECTED)
    return PhonePreview(student, right.until) if right.may_order else None


def _right(student: Student) -> Right:
    eligibility = assess(student)
    if not eligibility.level_allowed:
        levels = ", ".join(str(level.label) for level in eligibility.levels)
        return Right(False, reasons.NO_RIGHT_LEVELS % {"levels": levels}, (), None)
    names = {outcome.condition.code: outcome.condition.text for outcome in eligibility.outcomes}
    lines = tuple(_line(outcome, names) for outcome in eligibility.outcomes)
    overdue = notices.PLANNED_END_PASSED.of(planned) if (planned := vars(student)["planned_end"]) else None
    return Right(eligibility.may_order, "", lines, eligibility.entitled_until, overdue)


def _line(outcome: ConditionResult, names: dict[str, StrOrPromise]) -> ConditionLine:
    condition = outcome.condition
    needs = names.get(condition.needs, "") if condition.needs else ""
    return ConditionLine(condition.text, outcome.state, outcome.remedy, outcome.helper, needs)


def _view(order: Order, right: Right, now: datetime, *, student: Student, held: bool) -> OrderView:
    status = Status(order.status)
    last_moment = codes_end(order)
    codes_over = last_moment is not None and last_moment <= now
    remarks = tuple(order_texts.notices_of(order, right, now, student))
    return OrderView(
        order=order,
        steps=stepper(order, passed_on_at=vars(order)["passed_on_at"]),
        heading=situations.SITUATIONS[status].heading,
        paragraphs=tuple(
            order_texts.codes_over(right) if codes_over else order_texts.paragraphs(order, right, held)
        ),
        notices=remarks,
        in_progress=order.is_live and (status != Status.COLLECTED or order.extend_to is not None),
        shows_codes=status == Status.READY and not codes_over,
        codes_last=remaining(last_moment, now) if last_moment else "",
        codes_end=last_moment,
        offers=tuple(_offers(order, right, held=held)),
        asks_office=order_texts.sends_to_the_office(order, right)
        or any(notice.by_the_office for notice in remarks),
    )


def _offers(order: Order, right: Right, *, held: bool) -> Iterator[Action]:
    status = Status(order.status)
    if status in CANCELLABLE:
        later = actions.CANCELLED_AT_ONCE if order.sent_at is None else actions.CANCELLED_LATER
        yield replace(actions.CANCEL, hint=later) if held else actions.CANCEL
    if status in REVOCABLE and right.may_order:
        yield actions.REPLACE if status == Status.COLLECTED else actions.ORDER_AGAIN
    if status in REVOCABLE:
        yield actions.REVOKE
    # What takes seconds needs no next step; what waits for mDokumenty, or for staff, does.
    if status in ENDING and order.revocation_reason == RevocationReason.HOLDER_REQUEST:
        if (held or order.attention) and order.order_again:
            yield actions.WITHDRAW_NEXT
        elif (held or order.attention) and right.may_order:
            yield actions.ORDER_NEXT
