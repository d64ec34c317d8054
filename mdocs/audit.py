"""What the audit log says of orders: each step that a person took, and each look at the codes.

What the engine does by itself stands in the order's own history only.
"""

from django.utils.translation import gettext_lazy as _

from mdocs.models import Order
from mdocs.statuses import Reason, RevocationReason
from students import audit
from students.models import User

CODES = "codes"


def know_words() -> None:
    """Give the log the words for what it stores of orders; called once, when the apps are ready."""
    audit.know({str(word): word.label for word in (*Reason, *RevocationReason)} | {CODES: _("kody")})


def record_step(order: Order, reason: Reason, *, by: User, old: str, detail: str) -> None:
    """Note what a person did with an order."""
    changes = {"status": (old, order.status)} if old != order.status else {}
    audit.record_deed(order, reason, by=by, changes=changes, detail=detail, called=_called(order))


def record_look_at_codes(order: Order) -> None:
    """Note that the present user has been shown the codes of an order."""
    audit.record_look(order, CODES, called=_called(order))


def _called(order: Order) -> str:
    return f"{order.pk} ({order.album_number})"
