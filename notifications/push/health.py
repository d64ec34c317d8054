"""Health status of push delivery."""

from datetime import datetime, timedelta

from notifications.push import vapid
from notifications.push.models import PushDelivery

_LATE = timedelta(minutes=5)
_VERY_LATE = timedelta(minutes=15)


def health(now: datetime) -> str:
    """Return "ok", "not sent" if no worker runs, or "not accepted" if a push service has long been failing."""
    if not vapid.is_on():
        return "ok"
    waiting = PushDelivery.objects.filter(next_attempt_at__isnull=False)
    if waiting.filter(created_at__lt=now - _VERY_LATE, attempts__gt=0).exists():
        return "not accepted"
    # What waits for a paused push service says nothing about the worker.
    untried = waiting.filter(created_at__lt=now - _LATE, attempts=0)
    return "not sent" if untried.exclude(subscription__service__paused_until__gt=now).exists() else "ok"
