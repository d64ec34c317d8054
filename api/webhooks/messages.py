"""Messages of webhooks: the types, and the JSON of a delivery, which has neither codes nor a PESEL."""

import json
from datetime import datetime
from typing import Any

from api.webhooks.models import Delivery
from mdocs.models import OrderEvent
from mdocs.statuses import Status

TEST = "webhook.test"


def type_of(status: str) -> str:
    """Return the type of the message that says that an order has come into this state."""
    return f"order.{status}"


TYPES = tuple(type_of(status.value) for status in Status)


def body_of(delivery: Delivery) -> bytes:
    """Return the JSON body of a delivery, as UTF-8."""
    event = delivery.event
    message = _test(delivery.created_at) if event is None else _changed(event)
    return json.dumps(message, separators=(",", ":")).encode()


def _changed(event: OrderEvent) -> dict[str, Any]:
    order = event.order
    data = {
        "order": {
            "id": str(order.pk),
            "student": order.student_id,
            "album_number": order.album_number,
            "valid_until": order.valid_until.isoformat(),
        },
        "status": event.new,
        "previous_status": event.old or None,
        "reason": event.reason,
    }
    return _message(type_of(event.new), event.at, data)


def _test(moment: datetime) -> dict[str, Any]:
    return _message(
        TEST, moment, {"text": "An administrator of the portal has sent this to try the receiver."}
    )


def _message(kind: str, moment: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": moment.isoformat(), "data": data}
