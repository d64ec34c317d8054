"""View of a student's past orders: each with its events, in words for the student."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.event_labels import detail
from mdocs.models import Order, OrderEvent
from mdocs.page.decorators import READ, SignedInRequest, personal
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import Reason, Status
from students.choices import label_of
from students.models import User

ORDERS_ON_A_PAGE = 10
# What these store beside their reason is for staff.
_NOT_FOR_STUDENTS = {Reason.NEEDS_STAFF}


@dataclass(frozen=True)
class HistoryEntry:
    """One step: when, what happened, the state after it if that changed, and who did it."""

    at: datetime
    what: StrOrPromise
    detail: StrOrPromise
    new: StrOrPromise
    who: StrOrPromise


@dataclass(frozen=True)
class OrderHistory:
    """An order with its steps, the oldest first."""

    order: Order
    steps: list[HistoryEntry]


@personal(*READ)
def history(request: SignedInRequest) -> HttpResponse:
    """Show the student's orders, the newest first, in a constant number of queries."""
    orders = Order.objects.of_user(request.user).defer(*ENCRYPTED).prefetch_related("events")
    page = Paginator(orders.order_by("-created_at"), ORDERS_ON_A_PAGE).get_page(request.GET.get("strona"))
    told = [
        OrderHistory(order, [history_entry(event, request.user) for event in order.events.all()])
        for order in page
    ]
    return render(request, "mdocs/history.html", {"page": page, "orders": told})


def history_entry(event: OrderEvent, student: User) -> HistoryEntry:
    """Return one event in words for the order's student."""
    return HistoryEntry(
        at=event.at,
        what=event.get_reason_display(),
        detail="" if event.reason in _NOT_FOR_STUDENTS else detail(event),
        new=label_of(Status, event.new) if event.old != event.new else "",
        who=_who(event, student),
    )


def _who(event: OrderEvent, student: User) -> StrOrPromise:
    """Name the student, the portal or the university; which of the staff it was is not told."""
    if event.actor_id is None:
        return _("portal")
    return _("Ty") if event.actor_id == student.pk else _("pracownik uczelni")
