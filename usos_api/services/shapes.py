"""Serialisation of cards and orders."""

from datetime import datetime
from typing import Any

from mdocs.models import Order
from mdocs.page.codes_views import codes_work
from mdocs.statuses import Status
from students.models import StudentCard
from usos_api import statuses
from usos_api.methods import Field
from usos_api.timestamps import format_timestamp

CODES = ("qr_token", "activation_code")

ORDER_FIELDS = (
    Field("id", "Its id."),
    Field("order_date", "When it was placed."),
    Field("status", "pending, processing, ready, collected, rejected, expired, cancelled or revoked."),
    Field("token", "Text of the QR code; null until the order is ready, and when the codes are over."),
    Field("distribution_pass", "Activation code; null as `token` is."),
    Field("student_number", "Album number that it was placed with."),
    Field("expiration_date", "Last day on which the mLegitymacja is valid."),
)
MCARD_FIELDS = (
    Field("why_cannot_order", "Why the user cannot order now (LangDict); null where they can."),
    Field("why_cannot_revoke", "Why there is nothing to cancel or revoke (LangDict); null where there is."),
    Field("orders", "All orders of the user, the newest first.", parts=ORDER_FIELDS),
)
CARD_FIELDS = (
    Field("id", "Its id."),
    Field(
        "user",
        "Its holder.",
        parts=(
            Field("id", "Id of the user."),
            Field("first_name", "First name."),
            Field("last_name", "Surname."),
        ),
    ),
    Field("contact_chip_uid", "Number of the contact chip, or null."),
    Field("contactless_chip_uid", "Number of the contactless chip, or null."),
    Field("barcode_number", "Number of the barcode."),
    Field("expiration_date", "Last day on which it is valid."),
    Field("type", "student"),
    Field("date_of_issue", "When it was issued."),
)


def serialize_order(order: Order, now: datetime) -> dict[str, Any]:
    """Return an order as the API shows it; codes are read only where selected, and only while they work."""
    work = codes_work(order, now)
    return {
        "id": str(order.pk),
        "order_date": format_timestamp(order.created_at),
        "status": statuses.CODES[Status(order.status)],
        "token": lambda: order.qr_token if work else None,
        "distribution_pass": lambda: order.activation_code if work else None,
        "student_number": order.album_number,
        "expiration_date": order.valid_until.isoformat(),
    }


def serialize_card(card: StudentCard) -> dict[str, Any]:
    """Return a card, fetched with its student, as the API shows it."""
    student = card.student
    return {
        "id": str(card.pk),
        "user": {
            "id": str(student.user_id),
            "first_name": first_name(student.first_names),
            "last_name": student.last_name,
        },
        "contact_chip_uid": card.contact_chip_uid,
        "contactless_chip_uid": card.contactless_chip_uid,
        "barcode_number": card.barcode_number,
        "expiration_date": card.valid_until.isoformat(),
        "type": "student",
        "date_of_issue": card.issued_on.isoformat(),
    }


def first_name(first_names: str) -> str:
    """Return the first one of several first names; the others are middle names."""
    return first_names.partition(" ")[0]
