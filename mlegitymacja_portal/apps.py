"""App of the project: it has system checks."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal around students and orders."""

    name = "mlegitymacja_portal"

    def ready(self) -> None:
        """Register the system checks."""
        from mlegitymacja_portal import checks  # noqa: F401
