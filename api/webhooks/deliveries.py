"""Creation of deliveries: one for each change of state and endpoint, switched on or off."""

from collections.abc import Sequence
from datetime import datetime

from api.webhooks.models import Delivery, Endpoint
from mdocs.models import OrderEvent


def create_deliveries(events: Sequence[OrderEvent], _now: datetime) -> None:
    """Create the deliveries of those events that change the state, in two statements. Idempotent.

    A handler of `notifications.outbox`.
    """
    changes = [event for event in events if event.old != event.new]
    if not changes:
        return
    endpoints = list(Endpoint.objects.values_list("pk", flat=True))
    Delivery.objects.bulk_create(
        [Delivery(endpoint_id=endpoint, event=event) for endpoint in endpoints for event in changes],
        ignore_conflicts=True,
    )
