"""Orders in the admin of students: a filter and a column of the list, and the orders of one student."""

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from students.admin.columns import Column
from students.admin.filters import YesNoFilter
from students.admin.registry import Section, SectionRow, student_column, student_filter, student_section
from students.models import Student

ORDERS_SHOWN = 20


@student_filter
class HasLiveOrder(YesNoFilter):
    """Filter of students by a live mLegitymacja or order."""

    title = _("zamówiona lub wydana mLegitymacja")
    parameter_name = "live_order"

    def condition(self, today: date) -> Q:
        """Build that condition."""
        return Q(Exists(Order.objects.live().filter(student=OuterRef("pk"))))


def _with_live_order() -> Prefetch[str]:
    return Prefetch("orders", Order.objects.live().defer(*ENCRYPTED), to_attr="live_orders")


def _state(student: Student) -> str:
    orders: list[Order] = vars(student)["live_orders"]
    return orders[0].get_status_display() if orders else ""


student_column(
    Column("document", _("stan mLegitymacji"), _state, _with_live_order, permission="mdocs.view_order")
)


@student_section
def orders_of(request: HttpRequest, student: Student) -> Section | None:
    """List the student's latest orders, with the permission to view orders."""
    if not request.user.has_perm("mdocs.view_order"):
        return None
    orders = Order.objects.visible_to(request.user).filter(student=student).defer(*ENCRYPTED)
    return Section(
        title=_("Zamówienia mLegitymacji"),
        columns=(_("zamówiono"), _("status"), _("ważna do"), _("wymaga uwagi")),
        rows=[
            SectionRow(
                cells=(
                    localize(localtime(order.created_at)),
                    order.get_status_display(),
                    localize(order.valid_until),
                    order.get_attention_display() or "–",
                ),
                url=reverse("admin:mdocs_order_change", args=[order.pk]),
            )
            for order in orders[:ORDERS_SHOWN]
        ],
        nothing=_("Ten student nie zamawiał jeszcze mLegitymacji."),
    )
