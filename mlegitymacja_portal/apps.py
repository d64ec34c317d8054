"""The project as an app of its own: it has system checks and listens to who signs in."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal around students and orders."""

    name = "mlegitymacja_portal"

    def ready(self) -> None:
        """Register the system checks, and start counting failed attempts to sign in."""
        from mlegitymacja_portal import attempts, checks  # noqa: F401

        attempts.connect()
