"""Parts of the student's page, as its template reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django_stubs_ext import StrOrPromise

from mdocs.models import Order
from mdocs.page.stepper import Step
from mdocs.page.texts.actions import Action
from mdocs.page.texts.notices import Notice
from mdocs.statuses import CANCELLABLE, Status
from students.eligibility import ConditionState
from students.models import Faculty, Student


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

    @property
    def needed(self) -> tuple[StrOrPromise, ...]:
        """Conditions without which others cannot be answered yet, each once."""
        return tuple(
            dict.fromkeys(line.needs for line in self.conditions if line.state == ConditionState.DEPENDS)
        )

    @property
    def asks_office(self) -> bool:
        """Say whether somebody at the university helps with what is missing."""
        return any(line.helper for line in self.missing)


@dataclass(frozen=True)
class PhonePreview:
    """Student and valid-until date (None if unknown) on the picture of the mLegitymacja in a phone, and whether that
    is where it is by now."""

    student: Student
    until: date | None
    collected: bool = False


def stage(order: Order) -> str:
    """Return a key of the order and its state; `waiting` and `processing`, alike to the student, share one."""
    return f"{order.pk}-{'pending' if order.status in CANCELLABLE else order.status}"


@dataclass(frozen=True)
class OrderView:
    """An order with what is said about it and what its student can do.

    `codes_end` is when its codes stop working, `codes_last` how long that is from now. `asks_office` says that the
    student is sent to the dean's office.
    """

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
    asks_office: bool

    @property
    def status(self) -> StrOrPromise:
        """Return the order's status in words."""
        return Status(self.order.status).label

    @property
    def stage(self) -> str:
        """Return what is equal for states that are one and the same to the student."""
        return stage(self.order)


@dataclass(frozen=True)
class Page:
    """The student's page: the right to order, the order to speak of (if any), how mDokumenty is (if unwell).

    `holder` is for the picture of the telephone, of those who have an mLegitymacja, are getting one, or could.
    `office` is the student's faculty with its contacts. `same_photo` says that mDokumenty has refused the photo that
    a new order would be sent with. `annotations` are the values of what other apps registered, by template variable;
    `rows_behind` the rows from which its version is computed (`mdocs.page.version`), none if nothing will change.
    """

    right: Right
    order: OrderView | None
    trouble: Notice | None
    holder: PhonePreview | None = None
    office: Faculty | None = None
    same_photo: bool = False
    is_student: bool = True
    annotations: Mapping[str, Any] = field(default_factory=dict)
    rows_behind: Sequence[str] = ()

    @property
    def offers_order(self) -> bool:
        """Say whether the page has the button *Zamów mLegitymację*."""
        return self.right.may_order and not self.has_live_order

    @property
    def has_live_order(self) -> bool:
        """Say whether an order is under way or on a phone; else the page gives a verdict, with the button."""
        return self.order is not None and self.order.order.is_live
