"""Audit log of devices: on which a student turned messages on or off, without the address."""

from auditlog.registry import auditlog

from notifications.push.models import Subscription


def register() -> None:
    """Log every creation and deletion of a subscription; called once, when the apps are ready."""
    auditlog.register(Subscription, include_fields=["student", "name", "created_at"])
