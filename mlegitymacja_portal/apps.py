"""Apps of the project: its system checks, and the admin with a site of its own."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The project as an app, so that its system checks are found."""

    name = "mlegitymacja_portal"

    def ready(self) -> None:
        """Register the system checks, what the security page counts, and the messages about accounts."""
        from mlegitymacja_portal import (  # noqa: F401
            account_messages,
            account_security,
            checks,
            database_checks,
        )


class PortalAdminConfig(AdminConfig):
    """django.contrib.admin with `PortalAdminSite` as its site."""

    default_site = "mlegitymacja_portal.admin_site.PortalAdminSite"
