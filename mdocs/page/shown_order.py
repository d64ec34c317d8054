"""The order that the student's page speaks of, with what its events tell of it."""

from datetime import datetime
from functools import cache

from django.db.models import BigIntegerField, DateTimeField, Exists, F, OuterRef, Subquery

from mdocs.models import Order, OrderEvent
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import Reason, Status
from students.models import Student, User
from students.prepared import Given, PreparedQuery

PHOTO_REJECTED = "photo_rejected"  # docs/reference/mdokumenty.md, POST /v1/orders
_ENDING_ASKED = (Reason.CANCEL_ASKED, Reason.REVOKE_ASKED, Reason.NEVER_SENT)
# What mDokumenty can make of an order that it has; a first answer of `ready` is legal.
_TAKEN = (Status.PROCESSING, Status.READY, Status.COLLECTED, Status.REJECTED)


def order_to_show(student: Student, now: datetime) -> Order | None:
    """Return the live order, else the one that was placed last, if it did not end long ago: one query.

    What is never shown stays undecrypted. Annotated are `passed_on_at`, when mDokumenty took it, and `ended_by_office`.
    """
    order = _shown().first(student=student.pk, now=now)
    if order is not None:
        order.student = student
    return order


@cache
def _shown() -> PreparedQuery[Order]:
    events = OrderEvent.objects.filter(order=OuterRef("pk"))
    taken = events.filter(old=Status.WAITING, new__in=_TAKEN).order_by("at").values("at")
    by_office = ended_by_office("pk", "student__user")
    theirs = Order.objects.filter(student=Given("student", BigIntegerField())).defer(*ENCRYPTED)
    shown = theirs.not_long_over(Given("now", DateTimeField())).to_show()
    return PreparedQuery(shown.annotate(passed_on_at=Subquery(taken[:1]), ended_by_office=by_office))


def current_order(user: User) -> Order | None:
    """Return the user's live order, else the one that was placed last, however long ago it ended: one query."""
    return _current().first(account=user.pk)


@cache
def _current() -> PreparedQuery[Order]:
    theirs = Order.objects.filter(student__user=Given("account", BigIntegerField())).defer(*ENCRYPTED)
    return PreparedQuery(theirs.to_show())


def ended_by_office(order: str, account: str) -> Exists:
    """Return the expression for whether an order was ended by staff; `order` and `account`, its student's, are paths
    from the row that is asked about."""
    asked = OrderEvent.objects.filter(order=OuterRef(order), reason__in=_ENDING_ASKED, actor__isnull=False)
    return Exists(asked.exclude(actor=OuterRef(account)))


def student_who_orders(user: User) -> Student | None:
    """Return the student of an account, with nothing but what placing an order asks for first: one query."""
    return _who_orders().first(account=user.pk)


@cache
def _who_orders() -> PreparedQuery[Student]:
    mine = Student.objects.filter(user=Given("account", BigIntegerField()))
    return PreparedQuery(mine.annotate(photo_since=F("photo__uploaded_at")).only("pk"))


def would_refuse_photo_again(student: Student, now: datetime) -> bool:
    """Say whether mDokumenty refused the last order for the photo that `student_who_orders` still has."""
    last = order_to_show(student, now)
    return last is not None and same_photo_refused(last, vars(student)["photo_since"])


def same_photo_refused(last_order: Order, photo_since: datetime | None) -> bool:
    """Say whether mDokumenty refused the last order for the photo that the student still has."""
    refused = last_order.status == Status.REJECTED and last_order.rejection_code == PHOTO_REJECTED
    return refused and photo_since is not None and photo_since <= last_order.created_at
