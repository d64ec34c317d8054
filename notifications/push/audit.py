"""What the audit log says of devices: on which a student turned messages on or off, never their address."""

from auditlog.registry import auditlog

from notifications.push.models import Subscription


def register() -> None:
    """Have every turning on and off logged; called once, when the apps are ready."""
    auditlog.register(Subscription, include_fields=["student", "name", "created_at"])
