"""State of the student's page: what it shows, decided in one place; the template only lays it out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from mdocs.entitlement.ending_soon import ending_soon
from mdocs.models import Breaker, Order
from mdocs.page import texts
from mdocs.page.stepper import Step, stepper
from mdocs.page.texts import Action, Notice, Situation
from mdocs.page.time_left import remaining
from mdocs.querysets import ENCRYPTED, Lane
from mdocs.schedule import codes_end, first_moment_after
from mdocs.statuses import CANCELLABLE, ENDING, REVOCABLE, RevocationReason, Status
from students.conditions import ELS, rights_until
from students.eligibility import ConditionResult, ConditionState, assess
from students.models import Enrolment, Student, User

_MDOKUMENTY = "mdokumenty_"  # how each lane of it is, annotated under this and its name

# Expressions over Student, by the template variable that each fills: what other apps have to say on the page comes
# along with its one query.
_annotations: dict[str, Callable[[], Any]] = {}


def register_annotation(variable: str, expression: Callable[[], Any]) -> None:
    """Have every student's page fill a template variable from an expression over Student."""
    _annotations[variable] = expression


@dataclass(frozen=True)
class ConditionLine:
    """A condition as the list shows it; `needs` is the text of the condition that must be met before it."""

    text: StrOrPromise
    state: ConditionState
    remedy: StrOrPromise
    helper: StrOrPromise
    needs: StrOrPromise


@dataclass(frozen=True)
class Right:
    """Right to order and, without it, the reason.

    `refused` gives the reason of those who can never have an mLegitymacja; they have no conditions to meet.
    `until` is the last day that a document ordered now would be valid. `overdue` says that the planned end of the
    studies has passed, which ends nothing, but somebody should look at.
    """

    may_order: bool
    refused: StrOrPromise
    conditions: tuple[ConditionLine, ...]
    until: date | None
    overdue: Notice | None = None

    @property
    def missing(self) -> tuple[ConditionLine, ...]:
        """Conditions that keep the student from ordering, but for those that depend on one of them."""
        return tuple(line for line in self.conditions if line.state == ConditionState.NOT_MET)


@dataclass(frozen=True)
class PhonePreview:
    """Student and valid-until date (None if unknown) on the picture of the mLegitymacja in a phone."""

    student: Student
    until: date | None


@dataclass(frozen=True)
class OrderView:
    """An order with what is said about it and what its student can do; `codes_end` is when its codes stop
    working, `codes_last` how long that is from now."""

    order: Order
    steps: list[Step]
    heading: StrOrPromise
    paragraphs: tuple[StrOrPromise, ...]
    notices: tuple[Notice, ...]
    in_progress: bool
    shows_codes: bool
    codes_last: str
    codes_end: datetime | None
    offers: tuple[Action, ...]


@dataclass(frozen=True)
class Page:
    """The student's page: the right to order, the order to speak of (if any), how mDokumenty is (if unwell).

    `holder` is for the picture of the telephone, of those who have an mLegitymacja, are getting one, or could;
    `annotations` are the values of what other apps registered, by template variable.
    """

    right: Right
    order: OrderView | None
    trouble: Notice | None
    holder: PhonePreview | None = None
    is_student: bool = True
    annotations: Mapping[str, Any] = field(default_factory=dict)

    @property
    def offers_order(self) -> bool:
        """Say whether the page has the button *Zamów mLegitymację*."""
        return self.right.may_order and not self.has_live_order

    @property
    def has_live_order(self) -> bool:
        """Say whether an order is under way or on a phone; else the page gives a verdict, with the button."""
        return self.order is not None and self.order.order.is_live


def build(user: User, now: datetime) -> Page:
    """Gather what the page of this account shows at this moment: two queries, three when an end is near."""
    today = timezone.localdate(now)
    students = Student.objects.of_user(user).with_conditions(today).defer("pesel")
    overdue = Enrolment.objects.overdue(today).filter(student=OuterRef("pk")).order_by("ended_on")
    students = students.annotate(planned_end=Subquery(overdue.values("ended_on")[:1]))
    students = students.annotate(rights_until=rights_until(today))
    # How mDokumenty is comes along, and what the menu counts, so that a look can be noted without a query more than
    # the page may cost.
    added = {name: expression() for name, expression in _annotations.items()}
    states = {
        f"{_MDOKUMENTY}{lane}": Subquery(Breaker.objects.filter(lane=lane).values("state")) for lane in Lane
    }
    student = students.annotate(**states, **added).first()
    if student is None:
        reason = texts.NO_RIGHT_STAFF if user.is_staff else texts.NO_RIGHT_NOT_A_STUDENT
        return Page(Right(False, reason, (), None), None, None, is_student=False)
    right = _right(student)
    order = _order_to_show(student, now)
    # Of the calls that this student waits for; who has no live order would send one.
    lane = Lane.of(order) if order is not None else Lane.SEND
    trouble = _trouble(getattr(student, f"{_MDOKUMENTY}{lane}"), order, right)
    view = _view(order, right, now, student=student, held=trouble is not None) if order else None
    annotations = {name: getattr(student, name) for name in added}
    return Page(right, view, trouble, _holder(student, order, right), annotations=annotations)


def _holder(student: Student, order: Order | None, right: Right) -> PhonePreview | None:
    if order is not None and order.is_live:
        return None if order.status in ENDING else PhonePreview(student, order.valid_until)
    return PhonePreview(student, right.until) if right.may_order else None


def _right(student: Student) -> Right:
    eligibility = assess(student)
    if not eligibility.level_allowed:
        levels = ", ".join(str(level.label) for level in eligibility.levels)
        return Right(False, texts.NO_RIGHT_LEVELS % {"levels": levels}, (), None)
    names = {outcome.condition.code: outcome.condition.text for outcome in eligibility.outcomes}
    lines = tuple(_line(outcome, names) for outcome in eligibility.outcomes)
    overdue = texts.PLANNED_END_PASSED.of(planned) if (planned := vars(student)["planned_end"]) else None
    return Right(eligibility.may_order, "", lines, eligibility.entitled_until, overdue)


def _line(outcome: ConditionResult, names: dict[str, StrOrPromise]) -> ConditionLine:
    condition = outcome.condition
    needs = names.get(condition.needs, "") if condition.needs else ""
    return ConditionLine(condition.text, outcome.state, outcome.remedy, outcome.helper, needs)


def _order_to_show(student: Student, now: datetime) -> Order | None:
    """Return the live order, else the one that was placed last, if it did not end long ago; what is never shown stays
    undecrypted."""
    return student.orders.defer(*ENCRYPTED).not_long_over(now).to_show().first()


def _view(order: Order, right: Right, now: datetime, *, student: Student, held: bool) -> OrderView:
    status = Status(order.status)
    last_moment = codes_end(order)
    codes_over = last_moment is not None and last_moment <= now
    return OrderView(
        order=order,
        steps=stepper(order),
        heading=texts.SITUATIONS[status].heading,
        paragraphs=tuple(_codes_over(right) if codes_over else _paragraphs(order, right, held)),
        notices=tuple(_notices(order, right, now, student)),
        in_progress=order.is_live and (status != Status.COLLECTED or order.extend_to is not None),
        shows_codes=status == Status.READY and not codes_over,
        codes_last=remaining(last_moment, now) if last_moment else "",
        codes_end=last_moment,
        offers=tuple(_offers(status, right)),
    )


def _offers(status: Status, right: Right) -> Iterator[Action]:
    if status in CANCELLABLE:
        yield texts.CANCEL
    if status in REVOCABLE and right.may_order:
        yield texts.REPLACE if status == Status.COLLECTED else texts.ORDER_AGAIN
    if status in REVOCABLE:
        yield texts.REVOKE


def _paragraphs(order: Order, right: Right, held: bool) -> Iterator[StrOrPromise]:
    situation = texts.SITUATIONS[Status(order.status)]
    yield situation.now
    yield from _why(order, right)
    # What "usually takes seconds" does not while something holds the order up; a notice says what does.
    if order.status in REVOCABLE or not (held or order.attention):
        yield from _next(situation, order)
    if order.order_again:
        yield texts.AGAIN_FOLLOWS if order.is_live else texts.AGAIN_IMPOSSIBLE
    else:
        yield from filter(None, (situation.you_can, situation.if_may_order if right.may_order else ""))
    if order.is_live or right.refused:
        return
    if not right.may_order:
        yield texts.MAY_NOT_ORDER_NEW
    elif order.status != Status.REJECTED:  # where the advice has said what to do before ordering again
        yield texts.MAY_ORDER_NEW


def _next(situation: Situation, order: Order) -> Iterator[StrOrPromise]:
    if order.status == Status.COLLECTED and order.reissue_required:
        return  # a notice says what becomes of it
    if situation.next_under_els and settings.ELIGIBILITY_RULES == ELS:
        yield situation.next_under_els
    elif situation.next_if_automatic and settings.AUTOMATIC_CONFIRMATION:
        yield situation.next_if_automatic
    elif situation.next:
        yield situation.next


def _codes_over(right: Right) -> Iterator[StrOrPromise]:
    yield texts.CODES_OVER
    yield texts.CODES_OVER_AGAIN if right.may_order else texts.MAY_NOT_ORDER_NEW


def _why(order: Order, right: Right) -> Iterator[StrOrPromise]:
    if order.status == Status.REJECTED:
        unlisted = texts.REFUSAL_UNKNOWN if order.rejection_code else texts.REFUSAL_UNTOLD
        refusal = texts.REFUSALS.get(order.rejection_code, unlisted)
        yield refusal.why % {"code": order.rejection_code}
        yield refusal.advice
    elif order.status in ENDING | {Status.CANCELLED, Status.REVOKED}:
        if order.revocation_reason:
            ending = texts.ENDINGS[RevocationReason(order.revocation_reason)]
            yield ending.why
            if not right.may_order and ending.advice:
                yield ending.advice
        elif order.status == Status.REVOKED:
            yield texts.REVOKED_BY_MDOKUMENTY


def _notices(order: Order, right: Right, now: datetime, student: Student) -> Iterator[Notice]:
    if order.attention:
        yield texts.NEEDS_STAFF
    if order.blocked_by:
        yield texts.EARLIER_DOCUMENT
    if order.reissue_required and order.status in REVOCABLE:
        yield texts.REISSUE_REQUIRED if right.may_order else texts.NOT_EXTENDABLE
    if order.extend_to is not None:
        notice = texts.EXTENDING if order.status == Status.COLLECTED else texts.EXTENDING_LATER
        if now >= first_moment_after(order):
            notice = texts.EXTENSION_LATE
        yield notice.of(order.extend_to)
    yield from _ending_soon(order, student, timezone.localdate(now))
    if order.status in REVOCABLE and right.may_order and order.album_number != student.album_number:
        yield texts.ALBUM_NUMBER_CHANGED


def _ending_soon(order: Order, student: Student, today: date) -> Iterator[Notice]:
    """Say until when the order is valid and why, unless another notice does."""
    may_be_told = order.status in REVOCABLE and order.extend_to is None
    if not may_be_told or not (ending := ending_soon(order, student, today)):
        return
    reason = RevocationReason(ending["reason"])
    if reason in texts.ENDS_BECAUSE and not (reason == RevocationReason.REPLACED and order.reissue_required):
        title = texts.ENDS_TITLE % {"date": ending["last_day"]}
        yield Notice("warning", title, texts.ENDS_BECAUSE[reason])


def _trouble(state: str, order: Order | None, right: Right) -> Notice | None:
    """Return the manual's message when mDokumenty is unwell and that matters to this student."""
    live = order if order is not None and order.is_live else None
    failing = live is not None and live.last_failure and not live.attention
    if (state == Breaker.State.CLOSED and not failing) or (live is None and not right.may_order):
        return None
    not_accepted = state == Breaker.State.NOT_ACCEPTED
    because = texts.NOT_ACCEPTED_BECAUSE if not_accepted else texts.DOWN_BECAUSE
    return Notice("warning", texts.DOWN_TITLE, f"{because} {_meaning(live)}")


def _meaning(live: Order | None) -> StrOrPromise:
    """Say what an outage means to the student with this live order, or with none."""
    if live is None:
        return texts.DOWN_NO_ORDER
    if live.status in ENDING:
        return texts.DOWN_ENDING
    return texts.DOWN_DOCUMENT if live.status in REVOCABLE else texts.DOWN_PENDING
