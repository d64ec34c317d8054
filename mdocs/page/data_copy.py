"""Orders in the copy of a student's data: each with its life; the codes are left out."""

from typing import Any

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from students.models import Student

_FIELDS = (
    *(
        "id",
        "status",
        "status_changed_at",
        "created_at",
        "ready_at",
        "valid_until",
        "album_number",
        "card_number",
    ),
    *("mdokumenty_id", "rejection_code", "codes_seen_at", "revocation_reason", "extend_to"),
)


def orders_of(student: Student) -> list[dict[str, Any]]:
    """Return the orders of a student, the oldest first."""
    found = (
        Order.objects.filter(student=student)
        .defer(*ENCRYPTED)
        .prefetch_related("events")
        .order_by("created_at")
    )
    return [
        {name: getattr(order, name) for name in _FIELDS}
        | {
            "events": [
                {"at": event.at, "from": event.old, "to": event.new, "reason": event.reason}
                for event in order.events.all()
            ]
        }
        for order in found
    ]
