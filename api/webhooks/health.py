"""Health of webhooks: endpoints that somebody has to speak with their owners about."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from api.webhooks.models import Endpoint

LONG = timedelta(hours=1)


def health(now: datetime) -> Iterator[tuple[str, Endpoint]]:
    """Yield each endpoint with "switched off" (by the portal, not by staff), or "failing" for LONG."""
    failing = Q(is_active=True, failing_since__lt=now - LONG)
    for endpoint in Endpoint.objects.filter(failing | ~Q(switched_off="")).order_by("pk"):
        yield ("switched off" if endpoint.switched_off else "failing"), endpoint
