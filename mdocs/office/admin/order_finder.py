"""Orders in the quick search, found by their number here or in mDokumenty."""

import re
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from students.admin.quick_search import Hit, Hits, finder
from students.models import User
from students.moments import write_moment

BEGINNING = 6  # digits of an order's number that are enough to look for it
_DIGITS = 32
_HEXADECIMAL = re.compile(rf"[0-9a-f]{{{BEGINNING},{_DIGITS}}}")


@finder
def orders(user: User, text: str, most: int) -> Hits | None:
    """Find orders by the number in mDokumenty, or by their own or its beginning."""
    if not user.has_perm("mdocs.view_order"):
        return None
    found = Order.objects.visible_to(user).filter(Q(mdokumenty_id=text) | _begins(text))
    some = list(found.select_related("student").defer(*ENCRYPTED, "student__pesel")[: most + 1])
    return Hits(_("Zamówienia"), [_hit(order) for order in some[:most]], more=len(some) > most)


def _begins(text: str) -> Q:
    """Return the condition that an order's own number begins with the text: a range, so that its index serves."""
    digits = text.replace("-", "").lower()
    if not _HEXADECIMAL.fullmatch(digits):
        return Q(pk__in=[])
    return Q(pk__range=(UUID(digits.ljust(_DIGITS, "0")), UUID(digits.ljust(_DIGITS, "f"))))


def _hit(order: Order) -> Hit:
    return Hit(
        name=str(order.student),
        details=f"{order.get_status_display()} · {write_moment(order.created_at)} · {order.pk}",
        url=reverse("admin:mdocs_order_change", args=[order.pk]),
    )
