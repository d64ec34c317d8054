"""Orders in any state, as they would stand in the database, without the way there."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from mdocs.models import Breaker, Order
from mdocs.statuses import FINAL, REVOCABLE, RevocationReason, Status
from students.models import Student

QR_TOKEN = "MD|qr-token-of-a-test|0123456789"
ACTIVATION_CODE = "K7Q2M9"

_KNOWN_THERE = REVOCABLE | {
    Status.PROCESSING,
    Status.CANCELLING,
    Status.REVOKING,
    Status.REJECTED,
    Status.EXPIRED,
    Status.REVOKED,
    Status.LAPSED,
}


def make_order(student: Student, status: Status = Status.WAITING, **fields: Any) -> Order:
    """Create the student's order in the given state, with all that the constraints ask of that state.

    Any field can be given instead. A waiting order was not sent yet; a cancelled one never was.
    """
    now = timezone.now()
    values: dict[str, Any] = {
        "student": student,
        "status": status,
        "created_at": now,
        "status_changed_at": now,
        "valid_until": date(now.year + 1, 3, 31),
        "album_number": student.album_number or "000000",
    }
    if status not in FINAL:
        values["next_attempt_at"] = now
    if status == Status.WAITING:
        values["holder"] = "{}"
    if status in _KNOWN_THERE:
        values["sent_at"] = now
        values["mdokumenty_id"] = f"mD-test-{Order.objects.count() + 1:07}"
        values["remote_updated_at"] = now
    if status == Status.READY:
        values["qr_token"] = QR_TOKEN
        values["activation_code"] = ACTIVATION_CODE
        values["qr_svg"] = ""
        values["codes_expire_at"] = now + timedelta(days=30)
    if status in {Status.REVOKING, Status.REVOKED}:
        values["revocation_reason"] = RevocationReason.HOLDER_REQUEST
    if status == Status.REJECTED:
        values["rejection_code"] = "photo_rejected"
    if fields.get("extend_to") is not None:
        values["extension_asked_at"] = now
    return Order.objects.create(**(values | fields))


def set_breaker(state: str) -> None:
    """Have the breaker of each lane be in a state, as it is while it waits for its next probe."""
    paused = state != Breaker.State.CLOSED
    Breaker.objects.update(
        state=state, next_probe_at=timezone.now() + timedelta(minutes=1) if paused else None
    )
