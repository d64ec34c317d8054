"""The project as an app of its own: it has system checks and listens to who signs in."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal around students and orders."""

    name = "mlegitymacja_portal"

    def ready(self) -> None:
        """Register the system checks; count failed attempts to sign in, and greet in their language who succeeds."""
        from mlegitymacja_portal import attempts, checks, languages  # noqa: F401

        attempts.connect()
        languages.connect()
