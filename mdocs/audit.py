"""Audit log of orders: each step that a person took, and each look at the codes.

What the engine does by itself stands in the order's own history only.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from mdocs.models import Order, OrderEvent, OrphanDocument
from mdocs.statuses import Reason, RevocationReason
from students import audit_log
from students.models import User

CODES = "codes"
SWEEP_ACCEPTED = "sweep_accepted"
ORPHAN_REVOKED = "orphan_revoked"


def register_labels() -> None:
    """Register the labels of what the audit log stores of orders; called once, when the apps are ready."""
    audit_log.register_labels(
        {str(word): word.label for word in (*Reason, *RevocationReason)}
        | {CODES: _("kody"), SWEEP_ACCEPTED: _("zgoda na zakończenie wielu mLegitymacji")}
        | {ORPHAN_REVOKED: _("unieważnienie dokumentu bez zamówienia")}
    )


def record_steps(orders: Iterable[tuple[Order, OrderEvent]]) -> None:
    """Note what people did with orders, one or many; what the portal did by itself is left out."""
    audit_log.record_actions(
        audit_log.AuditedAction(
            order,
            called=_called(order),
            done=event.reason,
            by=event.actor,
            changes={"status": (event.old, event.new)} if event.old != event.new else {},
            detail=event.detail,
        )
        for order, event in orders
        if event.actor is not None
    )


def record_codes_shown(order: Order) -> None:
    """Note that the present user has been shown the codes of an order."""
    audit_log.record_access(order, CODES, called=_called(order))


def record_orphan_revoked(orphan: OrphanDocument, by: User) -> None:
    """Note that somebody has a document revoked that no order here wants."""
    action = audit_log.AuditedAction(orphan, called=str(orphan), done=ORPHAN_REVOKED, by=by, changes={})
    audit_log.record_actions([action])


def _called(order: Order) -> str:
    return f"{order.pk} ({order.album_number})"
